"""The calls of Context-Instruct and their messages."""

import pytest

from rolellm.context_instruct import Subject, ask, plan, top_up
from rolellm.elicitation import Character
from rolellm.profiles import read_profile
from rolellm.roles import Role
from rolellm.rounds import Row
from rolellm.segments import Segment
from rolellm.triplets import parse
from tests.rolellm.references import PLAY_ROWS

CORIOLANUS = Subject(Character("Coriolanus", "You are {proud}."), "Coriolanus, a tragedy")
LI_BAI = Subject(Character("李白", "你是诗人", "zh"))


def test_the_play_needs_a_call_for_each_of_its_33_segments_and_20_about_the_description() -> None:
    segments = read_profile(PLAY_ROWS, Role("Coriolanus")).segments
    calls = plan(segments, seed=73)
    assert [call.segment for call in calls[:33]] == segments
    assert [call.origin for call in calls] == ["script_based"] * 33 + ["script_agnostic"] * 20


def test_a_long_profile_has_a_hundred_script_based_calls_that_depend_on_the_seed() -> None:
    segments = [Segment(number, (), 0, number) for number in range(130)]
    assert len(plan(segments, seed=73)) == 120
    assert plan(segments, seed=73) == plan(segments, seed=73) != plan(segments, seed=321)


@pytest.mark.parametrize(
    ("triplets", "made", "added"), [(299, 0, 11), (300, 0, 10), (390, 11, 1), (400, 0, 0), (0, 0, 20), (200, 15, 5)]
)
def test_calls_are_added_until_enough_triplets_are_there_but_never_more_than_twenty(triplets, made, added) -> None:
    assert top_up(triplets, wanted=400, made=made) == added
    assert top_up(triplets, wanted=400, made=20) == 0


def test_a_script_based_call_shows_description_and_segment_and_asks_for_three_questions() -> None:
    segment = Segment(0, (Row(0, 0, "VOLUMNIA", "O, he is {wounded}."),), 4, 0)
    system, user = ask(CORIOLANUS, "script_based", segment.text)
    assert (system.role, user.role) == ("system", "user")
    assert "design 3 questions to ask the character Coriolanus in the Coriolanus, a tragedy" in system.content
    assert "are: You are {proud}." in user.content
    assert "[Script Content]\nVOLUMNIA: O, he is {wounded}.\n[Question Design(Design 3" in user.content


@pytest.mark.parametrize("subject", [CORIOLANUS, LI_BAI])
def test_a_script_agnostic_call_shows_the_description_before_the_task(subject) -> None:
    [message] = ask(subject, "script_agnostic")
    before, _, task = message.content.rpartition("\n[")
    assert subject.character.description in before.splitlines()[-1]
    assert "10" in task


def test_the_examples_are_as_many_as_the_prompt_announces() -> None:
    [agnostic] = ask(CORIOLANUS, "script_agnostic")
    assert "with 6 examples" in agnostic.content
    assert [each.level for each in parse(agnostic.content, "script_agnostic").triplets] == [
        *("high", "low", "high", "low"),
        *("high", "low"),
    ]
    assert "Captain America a worthy" not in agnostic.content.partition("Question 5")[0]
    system, _ = ask(CORIOLANUS, "script_based", "x")
    assert "with 3 examples" in system.content
    assert len(parse(system.content, "script_based").triplets) == 3
    assert "\n...\n" not in agnostic.content + system.content


@pytest.mark.parametrize("origin", ["script_based", "script_agnostic"])
def test_a_character_without_a_title_still_gets_a_whole_sentence(origin) -> None:
    messages = ask(Subject(Character("Coriolanus", "You are proud.")), origin, "x")
    assert "in the script, " in messages[0].content
    assert "《" not in ask(LI_BAI, origin, "x")[0].content
    assert "剧本" in ask(LI_BAI, origin, "x")[0].content.partition("\n")[0]

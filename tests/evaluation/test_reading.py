"""The text of a pair that judges read, without traces of a keyboard or a model."""

from time import thread_time

import pytest

from evaluation.models import Pair
from evaluation.reading import PairGone, ReadTurn, in_third_person, normalise, read_pair
from tests.collection.factories import make_answered_turn
from tests.evaluation.factories import KNOWN, make_evaluation, make_known_pair
from tests.evaluation.judging.texts import NATURAL, SIMULATED, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    evaluation = make_evaluation()
    tell(evaluation)
    return evaluation.pairs.select_related("evaluation", "natural__goal", "simulated").all()[0]


def texts(turns: tuple[ReadTurn, ...]) -> list[tuple[str, str]]:
    return [(turn.prompt, turn.answer) for turn in turns]


@pytest.mark.parametrize("is_natural_first", [True, False])
def test_either_side_may_come_first_and_reads_the_same(pair: Pair, is_natural_first: bool) -> None:
    reading = read_pair(pair, is_natural_first)
    natural, simulated = (reading.first, reading.second) if is_natural_first else (reading.second, reading.first)
    assert texts(natural) == [(prompt, answer) for prompt, answer in NATURAL]
    assert texts(simulated) == [(prompt, answer.strip()) for prompt, answer in SIMULATED]
    assert [turn.number for turn in natural] == [1, 2, 3, 4]
    assert reading.longest == 4


def test_both_sides_stand_under_the_persons_goal_and_persona(pair: Pair) -> None:
    assert pair.natural is not None and pair.simulated is not None
    pair.simulated.persona_sentence = "a part of the persona, as the model was told"
    reading = read_pair(pair, True)
    assert (reading.goal, reading.persona) == (pair.natural.goal.text, in_third_person(pair.natural.persona_sentence))


@pytest.mark.parametrize("setting", ["shows_goal", "shows_persona"])
def test_what_the_evaluation_hides_is_not_read(pair: Pair, setting: str) -> None:
    setattr(pair.evaluation, setting, False)
    reading = read_pair(pair, True)
    assert (reading.goal == "", reading.persona == "") == (setting == "shows_goal", setting == "shows_persona")


@pytest.mark.parametrize("hides", [True, False])
def test_messages_without_an_answer_are_hidden_and_not_counted(pair: Pair, hides: bool) -> None:
    assert pair.natural is not None
    pair.evaluation.hides_unanswered = hides
    pair.natural.turns.filter(position=1).update(response=" \n")
    make_answered_turn(pair.natural, 4, response="\u200b")
    first = read_pair(pair, True).first
    assert [turn.number for turn in first] == ([1, 2, 3] if hides else [1, 2, 3, 4, 5])
    assert texts(first)[1] == (NATURAL[2] if hides else (NATURAL[1][0], ""))


def test_a_pair_with_known_text_reads_like_any_other() -> None:
    known = make_known_pair(make_evaluation())
    reading = read_pair(known, False)
    assert (reading.goal, reading.persona) == (KNOWN["goal"], KNOWN["persona"])
    assert texts(reading.second) == [("How fast did I run 50 meters in 8 seconds?", "At 6.25 m/s.")]
    assert "AI language model" in reading.first[0].prompt


def test_a_pair_whose_person_has_withdrawn_cannot_be_read(pair: Pair) -> None:
    pair.natural = None
    with pytest.raises(PairGone):
        read_pair(pair, True)


@pytest.mark.parametrize("along", [["natural"], []])
def test_a_pair_whose_person_withdraws_while_it_is_read_cannot_be_read(pair: Pair, along: list[str]) -> None:
    """The pair, or the pair with its dialogue, was read before the withdrawal, and the rest after it."""
    read_before = Pair.objects.select_related("evaluation", "simulated", *along).get(pk=pair.pk)
    assert pair.natural is not None
    pair.natural.delete()
    with pytest.raises(PairGone):
        read_pair(read_before, True)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a\u00a0b\tc\u2009d", "a b c d"),
        ("trailing   \nspace \n", "trailing\nspace"),
        ("far\n\n\n\n\napart", "far\n\napart"),
        ("soft\u00adhyphen zero\u200bwidth \ufeffmark \u202eturned", "softhyphen zerowidth mark turned"),
        ("tags\U000e0053\U000e0061\U000e0079 bell\x07 mark\u061c", "tags bell mark"),
        ("jo\u200dined", "joined"),
        ("cafe\u0301", "caf\u00e9"),
        ("I\u2019d say \u201cyes\u201d", "I'd say \"yes\""),
        ("code:\n    x = 1", "code:\n    x = 1"),
    ],
    ids=["lines", "spaces", "ends", "gaps", "invisible", "tags", "joiner", "form", "quotes", "indented"],
)  # fmt: skip
def test_what_only_a_keyboard_or_a_model_makes_is_made_alike(typed: str, read: str) -> None:
    assert normalise(typed) == read
    assert normalise(read) == read


@pytest.mark.parametrize("written", ["\U0001f469\u200d\U0001f4bb", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"])
def test_what_joins_an_emoji_or_letters_of_another_script_stays(written: str) -> None:
    assert normalise(written) == written


def test_a_long_row_of_spaces_keeps_nobody_waiting() -> None:
    began = thread_time()
    assert normalise("y" + " " * 60_000 + "x").endswith(" x")
    assert thread_time() - began < 2


def test_the_persona_is_spoken_of_and_not_to(pair: Pair) -> None:
    assert pair.natural is not None
    pair.natural.persona_sentence = (
        "a person who said you are young, and English is not your native language. Your youth!"
    )
    reading = read_pair(pair, True)
    assert reading.persona == "a person who said they are young, and English is not their native language. Their youth!"

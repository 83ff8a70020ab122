"""Scores with a real database and scripted judges: what is asked, and what is stored of it."""

import pytest

from characters.models import TurnJudging
from dialogue.backends.base import BackendError, ContentRefused, ContextFull
from dialogue.backends.scripted import ScriptedModel
from studies.models import Dialogue
from tests.analysis.drift.factories import let_play, make_study_with_characters, speak
from tests.characters.turn_judging.factories import GOOD, ask, refusing, run
from tests.factories import make_dialogues, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def judging() -> TurnJudging:
    """Scores of a dialogue of two turns between Coriolanus and Menenius."""
    study = make_study_with_characters(goal_count=1)
    cells = list(make_run(study).simulations.select_related("run__study", "persona", "goal"))
    [dialogue, *_] = make_dialogues(cells[:1], turns=0)
    let_play(dialogue, "Coriolanus", "dialogue")
    let_play(dialogue, "MENENIUS", "dialogue", "responder")
    speak(dialogue, [("Speak!", "Good sir."), ("Go on.", "I shall.")])
    return ask(study)


def test_the_judge_reads_each_turn_with_what_precedes_it_and_its_speakers_description(judging: TurnJudging) -> None:
    model = ScriptedModel([GOOD])
    assert run(judging, model, concurrency=1).state == TurnJudging.State.FINISHED
    goal = Dialogue.objects.get().goal.text
    told = [asked.messages[-1].content for asked in model.requests]
    assert [("You are Coriolanus." in text, goal in text) for text in told] == [(True, True)] * 2 + [(False, True)] * 2
    said = [text.partition('"said_before": ')[2].partition("\n")[0] for text in told]
    assert said == [
        "",
        '"Good sir.", "utterance": "Go on."}',
        '"Speak!", "utterance": "Good sir."}',
        '"Go on.", "utterance": "I shall."}',
    ]
    assert {asked.sampling.temperature for asked in model.requests} == {0}


def test_both_scores_are_stored_with_the_reason_and_the_whole_output(judging: TurnJudging) -> None:
    raw = f"<think>Hm\x00.</think>{GOOD}"
    run(judging, ScriptedModel([raw]))
    score = judging.scores.all()[0]
    assert (score.style, score.knowledge, score.reason) == (5, 4, "Every word is his.")
    assert score.raw == raw.replace("\x00", "\ufffd")
    assert score.finished_at
    assert score.completion_tokens


def test_an_unreadable_answer_is_kept_and_asked_for_again_with_its_reason(judging: TurnJudging) -> None:
    model = ScriptedModel(['{"style": 6, "knowledge": 1}', GOOD])
    run(judging, model)
    score = judging.scores.all()[0]
    assert (score.style, [one["raw"] for one in score.rejected]) == (5, ['{"style": 6, "knowledge": 1}'])
    assert "The score 'style' must be a whole number from 1 to 5." in model.requests[-1].messages[-1].content


def test_after_four_tries_there_is_no_score_and_the_judging_goes_on(judging: TurnJudging) -> None:
    model = ScriptedModel(["Hm.", "", "{}", "No.", GOOD])
    assert run(judging, model).state == TurnJudging.State.FINISHED
    assert len(model.requests) == 16
    score = judging.scores.all()[0]
    assert (score.style, score.knowledge, len(score.rejected), bool(score.finished_at)) == (None, None, 4, True)


@pytest.mark.parametrize("error", [ContextFull("Too long."), ContentRefused("Refused.")])
def test_what_a_provider_refuses_has_no_score_and_a_reason(judging: TurnJudging, error: BackendError) -> None:
    assert run(judging, ScriptedModel(refusing(error))).state == TurnJudging.State.FINISHED
    score = judging.scores.all()[0]
    assert (score.style, score.rejected[0]["reason"]) == (None, str(error))


def test_an_output_stored_before_a_kill_is_read_and_not_asked_for_again(judging: TurnJudging) -> None:
    first = judging.scores.order_by("pk")[0]
    judging.scores.filter(pk=first.pk).update(raw=GOOD.replace("5", "2"), stop_reason="stop")
    model = ScriptedModel([GOOD])
    run(judging, model)
    first.refresh_from_db()
    assert (first.style, len(model.requests)) == (2, 3)


def test_another_prompt_stops_the_judging_and_asks_nothing(judging: TurnJudging) -> None:
    TurnJudging.objects.update(configuration=judging.configuration | {"prompt": "of old"})
    judging.refresh_from_db()
    model = ScriptedModel([GOOD])
    assert "The judge's prompt has changed since" in run(judging, model).message
    assert not model.requests

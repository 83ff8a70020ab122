"""What the rehearsal is made of: people, dialogues and judgements that are synthetic, and say so; and how it is loaded."""

import json
import re
from collections import Counter
from io import StringIO
from itertools import pairwise
from pathlib import Path
from time import thread_time
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from pandas.testing import assert_frame_equal

from analysis.statistics.judgements import read_judgements
from analysis.study.study_data import judgements_in
from collection.models import Participant
from collection.settings_of_studies import load_demo_study
from evaluation.answers import answer_of, available_numbers, check_whole
from evaluation.exports import export_all
from evaluation.models import Evaluation, Evaluator, Judgement, Pair, Presentation
from evaluation.reading import read_pair
from evaluation.rehearsal import loading
from evaluation.rehearsal.loading import load_rehearsal, open_rehearsal
from simulation.models import Run
from studies.models import Dialogue, Study, Turn
from tests.evaluation.rehearsing import remove, said

pytestmark = pytest.mark.django_db

MODELS = {
    "rehearsed-llama-2": 0.665,
    "rehearsed-mixtral": 0.56,
    "rehearsed-vicuna": 0.775,
    "rehearsed-gpt-4": 0.65,
}


@pytest.fixture(scope="module")
def rehearsal(django_db_setup: None, django_db_blocker):
    """Loaded once for the tests of this module, which only look at it, and removed after them."""
    with django_db_blocker.unblock():
        study = load_rehearsal()
    yield study
    with django_db_blocker.unblock():
        remove(study)


def counted() -> list[Any]:
    """The judgements that count, with the chosen kind of dialogue."""
    return list(Judgement.objects.counted().with_chosen_kind().select_related("pair", "presentation", "evaluator"))


def test_twenty_people_and_four_models_have_spoken_toward_every_goal(rehearsal: Study) -> None:
    assert rehearsal.participants.filter(state=Participant.State.FINISHED).count() == 20
    natural = rehearsal.dialogues.filter(
        kind=Dialogue.Kind.NATURAL, ending="next_goal", persona__participant__isnull=False
    )
    assert Counter(natural.values_list("goal__number", flat=True)) == dict.fromkeys(range(1, 11), 20)
    for run in rehearsal.runs.all():
        assert run.state == Run.State.FINISHED
        ended = run.simulations.filter(ending=F("dialogue__ending"), finished_at__isnull=False).exclude(ending="")
        assert ended.count() == 200
    assert set(rehearsal.runs.values_list("inquirer", flat=True)) == set(MODELS)


def test_dialogues_have_one_to_seven_whole_turns_and_rarely_repeat(rehearsal: Study) -> None:
    turns = Counter(Turn.objects.filter(dialogue__study=rehearsal).values_list("dialogue", flat=True))
    assert len(turns) == 1000
    assert set(turns.values()) <= set(range(1, 8))
    assert not Turn.objects.filter(dialogue__study=rehearsal, response="").exists()
    texts = Counter(json.dumps(list(dialogue.turns.values_list("utterance"))) for dialogue in rehearsal.dialogues.all())
    assert len(texts) > 900


def test_nothing_of_the_templates_is_left_in_what_is_said(rehearsal: Study) -> None:
    for utterance, response in said(rehearsal):
        assert utterance.strip() and response.strip()
        assert "$" not in utterance
        assert "$" not in response.replace("${response.status}", "")
        assert not re.search(r"\[[^\[\]]*\|", utterance)


def test_it_says_everywhere_that_it_is_synthetic(rehearsal: Study) -> None:
    assert "synthetic" in rehearsal.title
    assert "The results mean nothing" in rehearsal.description
    assert all(evaluation.is_rehearsed for evaluation in rehearsal.evaluations.all())
    for dialogue in rehearsal.dialogues.all():
        assert dialogue.responder["label"] == "synthetic, for rehearsing"
        assert not dialogue.inquirer or dialogue.inquirer["label"] == "synthetic, for rehearsing"


def test_every_pair_of_the_first_evaluation_is_judged_once_by_twenty_evaluators_who_have_finished(
    rehearsal: Study,
) -> None:
    first = rehearsal.evaluations.get(number=1)
    assert (first.state, first.pairs.count()) == (Evaluation.State.CLOSED, 800)
    assert set(first.evaluators.values_list("state", flat=True)) == {Evaluator.State.FINISHED}
    assert Counter(judgement.evaluator.number for judgement in counted()) == dict.fromkeys(range(1, 21), 40)
    assert Counter(Judgement.objects.values_list("pair", flat=True)).most_common(1)[0][1] == 1


def test_nobody_judges_two_dialogues_of_one_person_for_one_goal(rehearsal: Study) -> None:
    seen = Counter((judgement.evaluator_id, judgement.pair.natural_id) for judgement in counted())
    assert set(seen.values()) == {1}


def test_models_are_detected_nearly_as_often_as_in_the_paper(rehearsal: Study) -> None:
    for model, rate in MODELS.items():
        told = [judgement.chosen_kind for judgement in counted() if judgement.pair.model == model]
        assert len(told) == 200
        assert told.count("simulated") / 200 == pytest.approx(rate, abs=0.08)
        assert {"natural", "not sure"} < set(told)


def test_every_answer_could_have_been_given_on_the_page(rehearsal: Study) -> None:
    for judgement in counted()[::10]:
        reading = read_pair(judgement.pair, judgement.presentation.is_natural_first)
        check_whole(answer_of(judgement), reading)
        assert judgement.utterance_number in (0, *available_numbers(reading, judgement.choice))
        revision = judgement.revisions.get()
        assert (revision.is_submitted, answer_of(revision)) == (True, answer_of(judgement))


def test_those_who_are_right_are_surer_and_times_follow_each_other(rehearsal: Study) -> None:
    sure = {
        is_right: [
            judgement.confidence == "very confident"
            for judgement in counted()
            if (judgement.chosen_kind == "simulated") == is_right
        ]
        for is_right in (True, False)
    }
    assert sum(sure[True]) / len(sure[True]) > sum(sure[False]) / len(sure[False])
    for evaluator in Evaluator.objects.filter(evaluation__study=rehearsal, evaluation__number=1):
        times: list[Any] = list(evaluator.judgements.order_by("shown_at").values_list("shown_at", "submitted_at"))
        assert evaluator.consented_at < times[0][0]
        assert all(ended < begun for (_, ended), (begun, _) in pairwise(times))
        assert evaluator.ended_at == times[-1][1]


def test_the_second_evaluation_is_open_with_training_and_checks(rehearsal: Study) -> None:
    second = rehearsal.evaluations.get(number=2)
    assert open_rehearsal() == second
    assert not second.evaluators.exists()
    for assignment in second.assignments.all():
        roles = Counter(assignment.presentations.values_list("pair__role", flat=True))
        assert roles == {Pair.Role.MAIN: 40, Pair.Role.TRAINING: 2, Pair.Role.CHECK: 2}
    assert Presentation.objects.filter(assignment__evaluation=second).count() == 20 * 44


def test_its_judgements_reach_the_analysis_as_a_csv_of_them_is_read(rehearsal: Study, tmp_path: Path) -> None:
    path = tmp_path / "judgements.csv"
    path.write_text("".join(export_all(rehearsal, numbers=[1])), "utf-8")
    assert_frame_equal(judgements_in(rehearsal, [1]), read_judgements(path), check_exact=True, check_index_type=False)


def test_the_command_says_what_there_is_and_changes_nothing_when_it_is_repeated_even_if_reopened(
    rehearsal: Study,
) -> None:
    before, out = said(rehearsal), StringIO()
    call_command("load_rehearsal", stdout=out)
    assert out.getvalue() == (
        "Study 'rehearsal' (synthetic, for trying out the software): 200 natural dialogues, 4 runs, 2 evaluations.\n"
    )
    assert said(Study.objects.get()) == before
    assert (Evaluation.objects.count(), Judgement.objects.count()) == (2, 800)
    Evaluation.objects.filter(number=1).update(state="open")
    load_rehearsal()
    assert (Judgement.objects.count(), Evaluation.objects.filter(state="open").count()) == (800, 2)


def test_what_fails_half_way_is_completed_within_seconds_and_touches_no_other_study_and_says_the_same_everywhere(
    rehearsal: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails later each time, beginning with what the time before has left."""

    def fail(*_: object) -> None:
        raise RuntimeError("The disk is full.")

    first = said(rehearsal)
    remove(Study.objects.get())
    demo, begun = load_demo_study("tiny"), thread_time()
    for step in ("fill_study", "open_evaluation", "close_evaluation"):
        with monkeypatch.context() as broken:
            broken.setattr(loading, step, fail)
            with pytest.raises(RuntimeError):
                load_rehearsal()
        assert not Judgement.objects.exists()
    assert said(load_rehearsal()) == first
    assert thread_time() - begun < 20
    assert not demo.dialogues.exists()
    assert not demo.runs.exists()
    assert [one.state for one in Evaluation.objects.order_by("number")] == ["closed", "open"]
    assert (Judgement.objects.count(), Turn.objects.count() > 1000) == (800, True)

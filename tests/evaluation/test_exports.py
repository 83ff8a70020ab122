"""Exports of judgements: the columns that the analysis reads, everything in JSON lines, and nothing lost on the way."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.utils import timezone

from evaluation.exports import export_all, export_judgements, left_out
from evaluation.models import Assignment, Evaluation, Judgement, JudgeRun, ModelJudgement, Pair, Presentation, Revision
from studies.files.exports import Incomplete
from studies.models import Study, SurveyAnswer
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    make_known_pair,
    presentations_of,
)

pytestmark = pytest.mark.django_db
COLUMNS = (
    "participant,generator_user,model,detected,choice,confidence,utterance_number,duration,pair,goal,domain,flagged,"
    "character,elicitation,responder_character,condition"
)


@pytest.fixture
def evaluation() -> Evaluation:
    return make_evaluation()


def table(evaluation: Evaluation, form: str = "csv") -> list[dict[str, str]]:
    text = "".join(export_judgements(evaluation, form)).removeprefix("\ufeff")
    return list(csv.DictReader(StringIO(text, newline="")))


def records(evaluation: Evaluation, kind: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in export_judgements(evaluation, "jsonl")]
    return [line for line in lines if line["record"] == kind]


def judge_known(evaluation: Evaluation, role: str) -> Judgement:
    """The first evaluator answers one more pair, of that role."""
    assignment = Assignment.objects.exclude(evaluator=None).get(evaluation=evaluation)
    pair = make_known_pair(evaluation, role)
    position = assignment.presentations.count()
    return make_judgement(
        Presentation.objects.create(assignment=assignment, position=position, pair=pair, is_natural_first=True)
    )


def test_the_table_has_exactly_the_columns_that_the_analysis_reads(evaluation: Evaluation) -> None:
    assert "".join(export_judgements(evaluation)).strip() == COLUMNS


def test_a_row_says_who_judged_which_pair_and_how(evaluation: Evaluation) -> None:
    (presentation, *_) = presentations_of(make_evaluator(evaluation))
    make_judgement(presentation, detected=True, utterance_number=2, active_seconds=31.25, confidence="very confident")
    assert table(evaluation) == [
        {
            "participant": "e-001",
            "generator_user": "p-001",
            "model": presentation.pair.model,
            "detected": "1",
            "choice": "simulated",
            "confidence": "very confident",
            "utterance_number": "2",
            "duration": "31.250",
            "pair": presentation.pair.token,
            "goal": "1",
            "domain": "Math",
            "flagged": "0",
            "character": "",
            "elicitation": "",
            "responder_character": "",
            "condition": "",
        }
    ]


@pytest.mark.parametrize(
    ("detected", "chosen"), [(True, ("1", "simulated")), (False, ("0", "natural")), (None, ("0", "not sure"))]
)
def test_the_chosen_kind_does_not_depend_on_the_sides(
    evaluation: Evaluation, detected: bool | None, chosen: tuple[str, str]
) -> None:
    presentations = presentations_of(make_evaluator(evaluation))
    for presentation in presentations:
        make_judgement(presentation, detected=detected)
    assert {presentation.is_natural_first for presentation in presentations} == {True, False}
    assert {(row["detected"], row["choice"]) for row in table(evaluation)} == {chosen}


def test_no_single_utterance_is_an_empty_cell_and_a_flagged_evaluator_is_marked(evaluation: Evaluation) -> None:
    (presentation, *_) = presentations_of(make_evaluator(evaluation, flag="Failed an attention check."))
    make_judgement(presentation, utterance_number=0)
    (row,) = table(evaluation)
    assert (row["utterance_number"], row["flagged"]) == ("", "1")


def test_only_what_results_are_made_of_is_in_the_table_and_the_rest_is_counted(evaluation: Evaluation) -> None:
    draft, gone, kept, _ = presentations_of(make_evaluator(evaluation))
    make_judgement(draft, submitted_at=None)
    make_judgement(gone)
    make_judgement(kept)
    Pair.objects.filter(pk=gone.pair.pk).update(withdrawn_at=timezone.now())
    judge_known(evaluation, Pair.Role.TRAINING)
    judge_known(evaluation, Pair.Role.CHECK)
    assert [row["pair"] for row in table(evaluation)] == [kept.pair.token]
    assert str(left_out(evaluation)) == (
        "1 not submitted, 1 about people who have withdrawn, 2 on training pairs and attention checks"
    )


def test_another_evaluations_judgements_stay_out(evaluation: Evaluation) -> None:
    other = make_evaluation(evaluation.study)
    make_judgement(presentations_of(make_evaluator(other))[0])
    assert (table(evaluation), len(table(other))) == ([], 1)


def test_evaluators_of_two_rounds_are_two_people_in_a_table_of_all(evaluation: Evaluation) -> None:
    for one in (evaluation, make_evaluation(evaluation.study)):
        make_judgement(presentations_of(make_evaluator(one))[0])
    lines = "".join(export_all(evaluation.study)).splitlines()
    assert lines[0] == COLUMNS
    assert [line.split(",")[0] for line in lines[1:]] == ["1-e-001", "2-e-001"]


def test_a_table_for_spreadsheets_runs_nothing(evaluation: Evaluation) -> None:
    (presentation, *_) = presentations_of(make_evaluator(evaluation))
    Pair.objects.filter(pk=presentation.pair.pk).update(model="=HYPERLINK(1)")
    make_judgement(presentation)
    assert table(evaluation, "spreadsheet")[0]["model"] == "'=HYPERLINK(1)"
    assert table(evaluation)[0]["model"] == "=HYPERLINK(1)"


def test_json_lines_hold_drafts_checks_and_judgements_about_the_withdrawn_marked(evaluation: Evaluation) -> None:
    draft, gone, *_ = presentations_of(make_evaluator(evaluation))
    make_judgement(draft, submitted_at=None, choice="")
    make_judgement(gone, detected=False)
    Pair.objects.filter(pk=gone.pair.pk).update(withdrawn_at=timezone.now())
    judge_known(evaluation, Pair.Role.CHECK)
    found = [
        (line["role"], line["is_submitted"], line["is_withdrawn"], line["is_detected"])
        for line in records(evaluation, "judgement")
    ]
    assert found == [("main", False, False, None), ("main", True, True, False), ("check", True, False, True)]


def test_json_lines_hold_every_clock_the_side_and_the_trail_of_revisions(evaluation: Evaluation) -> None:
    presentation = presentations_of(make_evaluator(evaluation))[1]
    judgement = make_judgement(presentation)
    for number, choice in enumerate(["second", "first"], start=1):
        Revision.objects.create(judgement=judgement, number=number, choice=choice, made_at=timezone.now())
    (line,) = records(evaluation, "judgement")
    assert (line["artificial_side"], line["choice"]) == ("first", "first")
    assert [line[name] for name in Judgement.MEASURES] == [2.0, 25.0, 40.0, 30.0, 6.0, 4.0, 1.0, 0.5]
    assert [revision["choice"] for revision in line["revisions"]] == ["second", "first"]


def test_json_lines_hold_settings_pairs_assignments_and_evaluators_but_nothing_that_leads_to_them() -> None:
    evaluation = make_evaluation(completion_code="PAID", redirect_url="https://example.org/", seed=5)
    evaluator = make_evaluator(evaluation, external_id="platform-1")
    text = "".join(export_judgements(evaluation, "jsonl"))
    assert not [secret for secret in ("PAID", "example.org", "platform-1", evaluator.token) if secret in text]
    (settings,) = records(evaluation, "evaluation")
    assert (settings["study"], settings["seed"], settings["shows_goal"], len(settings["runs"])) == ("demo", 5, True, 2)
    assert len(records(evaluation, "pair")) == 8
    assert [line["evaluator"] for line in records(evaluation, "list")] == ["e-001", None]
    assert [line["state"] for line in records(evaluation, "evaluator")] == ["judging"]


def test_json_lines_hold_what_models_said(evaluation: Evaluation) -> None:
    judge_run = JudgeRun.objects.create(evaluation=evaluation, model="gpt-4", configuration={"seed": 1}, identity="x")
    pair = evaluation.pairs.all()[0]
    answer = {"choice": "first", "confidence": "confident", "utterance_number": 1, "outputs": ["{}"]}
    for is_natural_first, finished_at in ((True, timezone.now()), (False, None)):
        ModelJudgement.objects.create(
            judge_run=judge_run, pair=pair, is_natural_first=is_natural_first, finished_at=finished_at, **answer
        )
    (line,) = records(evaluation, "verdict")
    assert (line["model"], line["is_natural_first"], line["outputs"]) == ("gpt-4", True, ["{}"])
    assert [line["configuration"] for line in records(evaluation, "sitting")] == [{"seed": 1}]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_notices_that_judgements_vanished_meanwhile(evaluation: Evaluation, form: str) -> None:
    for presentation in presentations_of(make_evaluator(evaluation)):
        make_judgement(presentation)
    pieces = export_judgements(evaluation, form)
    next(pieces)
    Judgement.objects.all()[3].delete()
    with pytest.raises(Incomplete, match="3 of 4 judgements were written"):
        list(pieces)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_submitted_while_an_export_is_written_waits_for_the_next(evaluation: Evaluation, form: str) -> None:
    first, second, *_ = presentations_of(make_evaluator(evaluation))
    make_judgement(first)
    pieces = export_judgements(evaluation, form)
    head = next(pieces)
    make_judgement(second)
    found = [piece for piece in [head, *pieces] if piece.startswith(("e-001", '{"record": "judgement"'))]
    assert len(found) == 1
    assert first.pair.token in found[0]


def test_a_model_may_go_on_judging_while_an_export_is_written(evaluation: Evaluation) -> None:
    judge_run = JudgeRun.objects.create(evaluation=evaluation, model="tiny", configuration={}, identity="a")
    pair = evaluation.pairs.all()[0]
    later = ModelJudgement.objects.create(judge_run=judge_run, pair=pair, is_natural_first=True)
    ModelJudgement.objects.create(judge_run=judge_run, pair=pair, is_natural_first=False, finished_at=timezone.now())
    pieces = export_judgements(evaluation, "jsonl")
    head = next(pieces)
    ModelJudgement.objects.filter(pk=later.pk).update(finished_at=timezone.now())
    lines = [json.loads(piece) for piece in [head, *pieces] if piece.startswith('{"record": "verdict"')]
    assert [line["is_natural_first"] for line in lines] == [False]


def test_many_judgements_are_written_in_few_queries(django_assert_max_num_queries: Any) -> None:
    evaluation = make_evaluation(make_judged_study(people=6))
    for presentation in presentations_of(make_evaluator(evaluation)):
        make_judgement(presentation)
    with django_assert_max_num_queries(2):
        assert len(table(evaluation)) == 12
    with django_assert_max_num_queries(24):
        assert len(records(evaluation, "judgement")) == 12


def test_a_row_names_the_characters_that_speak_in_the_simulated_dialogue(evaluation: Evaluation) -> None:
    (presentation, *_) = presentations_of(make_evaluator(evaluation))
    role = {"name": "Coriolanus", "elicitation": "few-shot", "pairs": [], "sheet": ""}
    simulated = presentation.pair.simulated
    assert simulated is not None
    simulated.inquirer |= {"character": role}
    simulated.responder |= {"character": role | {"name": "李白", "elicitation": "dialogue"}}
    simulated.save()
    make_judgement(presentation)
    (row,) = table(evaluation)
    assert (row["character"], row["elicitation"], row["responder_character"]) == ("Coriolanus", "few-shot", "李白")
    [pair] = [one for one in records(evaluation, "pair") if one["pair"] == presentation.pair.token]
    assert (pair["character"], pair["elicitation"], pair["responder_character"]) == ("Coriolanus", "few-shot", "李白")


def test_the_persons_answers_to_other_questions_are_in_both_files_and_own_words_only_if_asked_for() -> None:
    study = make_judged_study()
    mood = {"key": "mood", "label": "Mood", "options": ["good", "bad"], "placement": "before"}
    trust = {"key": "trust", "label": "Trust", "kind": "scale", "low": 1, "high": 5, "placement": "after_goal"}
    why = {"key": "why", "label": "Why?", "kind": "long_text", "placement": "after_all"}
    Study.objects.update(questionnaire=[*study.questionnaire, mood, trust, why])
    persona, goal = study.personas.get(code="p-001"), study.goals.get(number=1)
    for about, key, value in ((None, "mood", "good"), (goal, "trust", 4), (None, "why", "=It rains.")):
        SurveyAnswer.objects.create(persona=persona, goal=about, question=key, value=value, answered_at=timezone.now())
    evaluation = make_evaluation(Study.objects.get())
    for presentation in presentations_of(make_evaluator(evaluation)):
        make_judgement(presentation)
    told = {(row["generator_user"], row["goal"]): row for row in table(evaluation)}
    assert [told["p-001", goal][f"survey.{key}"] for goal in "12" for key in ("mood", "trust")] == [
        "good",
        "4",
        "good",
        "",
    ]
    assert "survey.why" not in told["p-001", "1"]
    whole = "".join(export_judgements(evaluation, "spreadsheet", takes_texts=True))
    assert "survey.mood,survey.trust,survey.why" in whole
    assert ",good,4,'=It rains." in whole
    evaluation.pairs.filter(person="p-001", goal__number=2).update(natural=None)
    pairs = {(one["person"], one["goal"]): one["survey"] for one in records(evaluation, "pair")}
    assert pairs["p-001", 1] == {"mood": "good", "trust": 4}
    assert pairs["p-001", 2] == pairs["p-002", 1] == {"mood": None, "trust": None}
    assert '"why": "=It rains."' in "".join(export_judgements(evaluation, "jsonl", takes_texts=True))

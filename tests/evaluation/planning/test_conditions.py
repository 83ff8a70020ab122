"""Pairs of a study with conditions: the same chatbot on both sides, and the condition in all that is stored and exported."""

import csv
import json
from io import StringIO

import pytest
from django.test import Client

from evaluation.exports import export_judgements
from evaluation.planning.opening import open_evaluation, read_plan
from studies.models import Dialogue, Study
from tests.evaluation.factories import make_evaluator, make_judged_study, make_judgement, presentations_of
from tests.evaluation.planning.plans import plan_evaluation
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    """Return a study whose second person chatted in another condition than the first, at another temperature."""
    study = make_judged_study(people=2, models=("a", "b"))
    for code, name, temperature in (("p-001", "usual", 0.8), ("p-002", "cold", 0.1)):
        condition = study.conditions.create(name=name, instruction=name)
        for dialogue in study.dialogues.filter(kind=Dialogue.Kind.NATURAL, persona__code=code):
            dialogue.condition = condition
            dialogue.responder["sampling"]["temperature"] = temperature
            dialogue.save()
    return study


def test_a_dialogue_of_a_condition_is_paired_with_the_same_chatbot_unless_the_researcher_decides_otherwise(
    study: Study,
) -> None:
    evaluation = plan_evaluation(study=study)
    plan = read_plan(evaluation)
    assert plan.pairs == 4, "the runs have the first condition's chatbot"
    assert any("another chatbot than in the person's condition" in one.sentence for one in plan.left_out)
    assert "A natural dialogue of a condition is paired with simulated dialogues with the same chatbot." in plan.rules
    assert not any("different chatbots" in warning for warning in plan.warnings)
    evaluation.crosses_chatbots = True
    evaluation.save()
    assert read_plan(evaluation).pairs == 8


def test_the_condition_is_stored_with_the_pair_and_in_both_exports(study: Study) -> None:
    evaluation = plan_evaluation(study=study, crosses_chatbots=True)
    open_evaluation(evaluation)
    assert {(pair.person, pair.condition) for pair in evaluation.pairs.all()} == {("p-001", "usual"), ("p-002", "cold")}
    for presentation in presentations_of(make_evaluator(evaluation)):
        make_judgement(presentation)
    rows = list(csv.DictReader(StringIO("".join(export_judgements(evaluation)))))
    assert {(row["generator_user"], row["condition"]) for row in rows} <= {("p-001", "usual"), ("p-002", "cold")}
    lines = [json.loads(line) for line in export_judgements(evaluation, "jsonl")]
    assert {line["condition"] for line in lines if line["record"] == "pair"} == {"usual", "cold"}


def test_the_choice_is_offered_only_in_a_study_with_conditions(study: Study) -> None:
    client = Client()
    client.force_login(make_staff())
    address = f"/studies/{study.slug}/evaluations/new/"
    words = "Pair dialogues with different chatbots"
    assert words in client.get(address).text
    Dialogue.objects.update(condition=None)
    study.conditions.all().delete()
    assert words not in client.get(address).text

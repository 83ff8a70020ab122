"""Runs of one model in several elicitations: pairs, plan, assignments, counts and exports keep them apart."""

import csv
import json
from io import StringIO

import pytest

from evaluation.exports import export_judgements
from evaluation.planning.opening import open_evaluation, read_plan
from evaluation.research.progress import list_models
from evaluation.research.results import read_results
from simulation.models import Run
from studies.models import Study
from tests.analysis.drift.factories import let_play
from tests.evaluation.factories import make_evaluator, make_judged_study, make_judgement, presentations_of
from tests.evaluation.planning.plans import plan_evaluation
from tests.factories import make_dialogues, make_run

pytestmark = pytest.mark.django_db
WAYS = ["tiny, dialogue elicitation", "tiny, zero-shot elicitation"]


@pytest.fixture
def study() -> Study:
    """Return a study of two people whom one model has played as characters in two elicitations."""
    study = make_judged_study(people=2, models=())
    for way in ("zero-shot", "dialogue"):
        run = make_run(study, inquirer="tiny", state=Run.State.FINISHED)
        run.configuration |= {"elicitation": way}
        run.save()
        for dialogue in make_dialogues(list(run.simulations.select_related("run", "goal", "persona")), turns=2):
            let_play(dialogue, "Coriolanus", way)
    return study


def test_each_elicitation_has_its_own_pairs_and_its_own_balanced_share(study: Study) -> None:
    plan = read_plan(plan_evaluation(study=study))
    assert plan.pairs == 8
    assert [(share.name, share.pairs, share.fewest, share.most) for share in plan.models] == [
        (name, 4, 2, 2) for name in WAYS
    ]
    assert not any("count as one model" in warning for warning in plan.warnings)


def test_an_opened_plan_its_results_and_its_progress_count_them_apart(study: Study) -> None:
    evaluation = plan_evaluation(study=study)
    open_evaluation(evaluation)
    assert set(evaluation.pairs.values_list("model", "elicitation")) == {("tiny", "dialogue"), ("tiny", "zero-shot")}
    assert [share.name for share in read_plan(evaluation).models] == WAYS
    for presentation in presentations_of(make_evaluator(evaluation)):
        make_judgement(presentation)
    assert [line.model for line in read_results(evaluation).lines] == [*WAYS, "All models"]
    assert [line.model for line in list_models(evaluation)] == WAYS


def test_exports_keep_the_models_name_and_name_the_elicitation_beside_it(study: Study) -> None:
    evaluation = plan_evaluation(study=study)
    open_evaluation(evaluation)
    for presentation in presentations_of(make_evaluator(evaluation)):
        make_judgement(presentation)
    rows = list(csv.DictReader(StringIO("".join(export_judgements(evaluation)))))
    assert {(row["model"], row["elicitation"]) for row in rows} == {("tiny", "dialogue"), ("tiny", "zero-shot")}
    evaluation.pairs.update(natural=None, simulated=None)
    lines = [json.loads(line) for line in export_judgements(evaluation, "jsonl")]
    found = {(line["model"], line["elicitation"]) for line in lines if line["record"] == "pair"}
    assert found == {("tiny", "dialogue"), ("tiny", "zero-shot")}

"""Dialogues that researchers excluded: results leave them out and say so, exports mark them, and nothing is deleted."""

import csv
import json

import pytest

from analysis.humanness.reports import fingerprint as fingerprint_of_run
from analysis.humanness.run_dialogues import natural_dialogues, simulated_dialogues
from analysis.study.analysis_page import read_analysis
from analysis.study.sources import fingerprint
from analysis.study.study_data import judgements_in, said_by_group, summaries_by_inquirer
from evaluation.exports import export_all, export_judgements, left_out
from evaluation.models import Evaluation, Judgement
from evaluation.pairing import Rules, make_pairs
from evaluation.planning.candidates import read_candidates
from evaluation.research.progress import list_models
from simulation.figures import read_figures
from studies.annotations import add_note, add_tag, exclude_dialogue, include_dialogue
from studies.files.exports import export_dialogues
from studies.models import Dialogue
from tests.analysis.study.factories import make_judged_evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation() -> Evaluation:
    return make_judged_evaluation()


def _results(evaluation: Evaluation) -> dict[str, object]:
    """Return what results of the study are made of."""
    study, candidates = evaluation.study, read_candidates(evaluation)
    pairing = make_pairs(candidates.natural, candidates.simulated, Rules(takes_left=True), seed=1)
    return {
        "judgements": len(judgements_in(study)),
        "said": {name: len(said) for name, said in said_by_group(study).items()},
        "summaries": {name: [one.dialogues for one in seeds] for name, seeds in summaries_by_inquirer(study).items()},
        "humanness": [(simulated_dialogues(run).count(), natural_dialogues(study).count()) for run in study.runs.all()],
        "figures": [read_figures(run).dialogues for run in study.runs.all()],
        "pairs": len(pairing.pairs),
    }


def test_an_excluded_dialogue_is_left_out_of_all_results_and_comes_back(evaluation: Evaluation) -> None:
    study, before = evaluation.study, _results(evaluation)
    [natural, simulated] = _paired(evaluation)
    printed = fingerprint(study), [fingerprint_of_run(run) for run in study.runs.all()]
    exclude_dialogue(simulated, "a server failed", None)
    exclude_dialogue(natural, "a test", None)
    after = _results(evaluation)
    assert {name: value for name, value in after.items() if value == before[name]} == {}
    assert "Researchers excluded 2 dialogues of this study" in read_analysis(study).caveats()[-1]
    assert fingerprint(study) != printed[0]
    assert [fingerprint_of_run(run) for run in study.runs.all()] != printed[1]
    for dialogue in (natural, simulated):
        include_dialogue(dialogue, "", None)
    assert _results(evaluation) == before
    assert (fingerprint(study), [fingerprint_of_run(run) for run in study.runs.all()]) == printed


def test_judgements_about_it_stay_and_are_counted_as_left_out(evaluation: Evaluation) -> None:
    [natural, _] = _paired(evaluation)
    rows, stored = len(list(export_judgements(evaluation))), Judgement.objects.count()
    judged = Judgement.objects.counted().filter(pair__natural=natural).count()
    progress = list_models(evaluation)
    exclude_dialogue(natural, "a test", None)
    assert judged > 0
    assert len(list(export_judgements(evaluation))) == rows - judged
    assert str(left_out(evaluation)) == f"{judged} about excluded dialogues"
    assert (Judgement.objects.count(), list_models(evaluation)) == (stored, progress)
    pairs = [line for entry in export_all(evaluation.study, "jsonl") if (line := json.loads(entry))["record"] == "pair"]
    marked = [pair["excluded"] for pair in pairs if pair["excluded"]]
    assert marked == [{"natural": "a test"}] * evaluation.pairs.filter(natural=natural).count()


def test_pairing_names_it_among_those_left_out(evaluation: Evaluation) -> None:
    [_, simulated] = _paired(evaluation)
    exclude_dialogue(simulated, "a server failed", None)
    candidates = read_candidates(evaluation)
    pairing = make_pairs(candidates.natural, candidates.simulated, Rules(takes_left=True), seed=1)
    assert [one.count for one in pairing.left_out if one.reason == "excluded by a researcher"] == [1]


def test_exports_keep_it_and_say_why_it_is_excluded(evaluation: Evaluation) -> None:
    [natural, _] = _paired(evaluation)
    exclude_dialogue(natural, "=a test", None)
    add_tag(natural, "odd", None)
    add_note(natural, "See turn 2.", None)
    lines = {line["dialogue"]: line for line in map(json.loads, export_dialogues(evaluation.study))}
    assert lines[natural.token]["exclusion"]["reason"] == "=a test"
    assert (lines[natural.token]["tags"], lines[natural.token]["notes"][0]["text"]) == (["odd"], "See turn 2.")
    assert {line["exclusion"] for token, line in lines.items() if token != natural.token} == {None}
    table = csv.DictReader("".join(export_dialogues(evaluation.study, form="csv")).splitlines())
    of_it = [(row["excluded"], row["tags"]) for row in table if row["dialogue"] == natural.token]
    assert of_it == [("=a test", "odd")] * max(1, natural.turns.count())


def _paired(evaluation: Evaluation) -> list[Dialogue]:
    pair = evaluation.pairs.order_by("pk")[0]
    assert pair.natural
    assert pair.simulated
    return [pair.natural, pair.simulated]

"""Several imports of one file at the same moment: each dialogue is stored once, on either database."""

import json

import pytest

from tests.installation import Installation

IMPORTS = 3
RACE = """
import json
from studies.files import pieces
from studies.models import Study
from studies.services import copy_study
from dialogue.personas import describe
from simulation.imports import import_dialogues
from tests import racing

study = copy_study(Study.objects.get(slug="demo"))
pieces.PIECE = pieces.PAUSE = 0  # a transaction for each line
lines = [
    json.dumps({
        "persona": describe(persona.features),
        "sample": {"instruction": goal.text},
        "num_turns": 1,
        "dialog": [{"turn": 0, "model_inquirer": "Hi?", "model_responder": "Hello."}],
    })
    for persona in study.personas.all()[:4]
    for goal in study.goals.all()
]
load = lambda _: import_dialogues(study, lines, inquirer=INQUIRER, source="73.jsonl")
reports = racing.at_once(load, range(IMPORTS))
print(json.dumps({
    "imported": sum(report.imported for report in reports),
    "present": sum(report.present for report in reports),
    "unplaced": sum(len(report.unplaced) for report in reports),
    "stored": study.dialogues.count(),
}))
"""


@pytest.fixture(scope="module")
def site(racing_site: Installation) -> Installation:
    """Return an installation with the demo study, of which each race has a copy."""
    racing_site.load_demo()
    return racing_site


@pytest.mark.parametrize("inquirer", [None, "vicuna"], ids=["people's", "a model's"])
def test_a_file_that_several_import_at_once_is_stored_once(site: Installation, inquirer: str | None) -> None:
    told = json.loads(site.evaluate(f"INQUIRER, IMPORTS = {inquirer!r}, {IMPORTS}\n{RACE}"))
    assert told == {"imported": 40, "present": 40 * (IMPORTS - 1), "unplaced": 0, "stored": 40}

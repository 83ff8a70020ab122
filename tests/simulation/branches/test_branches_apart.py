"""Branches stay apart from the dialogues of a study: in lists, exports and figures, and they leave with a person's data."""

import pytest

from analysis.study.sources import fingerprint
from analysis.study.study_data import said_by_group
from roleplay_site.finding.requests import Wanted
from roleplay_site.overview.cockpit.strips import read_strip
from simulation.figures import read_figures
from simulation.imports import import_dialogues
from simulation.models import Branch, Run
from studies.files.exports import export_dialogues
from studies.models import Dialogue, Persona, Turn
from tests.collection.factories import enrol_participant, make_natural_dialogue, make_open_study
from tests.enrolment.people import withdraw
from tests.enrolment.test_withdrawal import rows_with
from tests.factories import make_run
from tests.simulation.branches.branching import branch_at, play, simulated_dialogue, turns_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]
SECRET = "zanzibar-marmalade"


def test_branches_are_in_no_figure_list_or_export_unless_asked_for() -> None:
    parent = simulated_dialogue()
    run, study = Run.objects.get(), parent.study
    before = (fingerprint(study), read_figures(run), said_by_group(study))
    branch = branch_at(parent, 2)
    play(branch)
    assert (fingerprint(study), read_figures(run), said_by_group(study)) == before
    assert "1 dialogue" in read_strip(study).steps[-1].facts
    assert list(Wanted().choose(study)) == [parent]
    assert list(Wanted(values={"kind": "branch"}).choose(study)) == [branch.dialogue]
    assert len(list(export_dialogues(study))) == len(list(export_dialogues(study, "simulated"))) == 1
    [line] = export_dialogues(study, "branch")
    assert '"kind": "branch"' in line
    [refused] = import_dialogues(study, [line], inquirer="asker", source="b.jsonl").unplaced
    assert "branches cannot be imported" in refused


def test_who_withdraws_takes_all_branches_along_that_hold_a_word_of_theirs() -> None:
    study = make_open_study()
    person, staying = enrol_participant(study), enrol_participant(study)
    their_code, other_code = Persona.objects.order_by("pk").values_list("code", flat=True)
    theirs, others = (make_natural_dialogue(one, turns=2) for one in (person, staying))
    theirs.turns.update(utterance=f"I say {SECRET}")
    models = {"inquirer": "asker", "responder": "answerer"}
    their_branch = branch_at(theirs, 2, persona=other_code, **models)
    nested = branch_at(their_branch.dialogue, 2, **models)
    played_by_them = branch_at(others, 2, persona=their_code, **models)
    kept = branch_at(others, 2, **models)
    assert SECRET in turns_of(nested.dialogue)[0][0]
    make_run(study)

    withdraw(person)
    assert rows_with(SECRET) == []
    assert set(Branch.objects.all()) == {kept}
    assert set(Dialogue.objects.all()) == {others, kept.dialogue}
    assert not Dialogue.objects.filter(pk=played_by_them.dialogue_id).exists()
    assert Turn.objects.filter(dialogue=kept.dialogue).count() == 1

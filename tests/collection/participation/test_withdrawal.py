"""Withdrawal: nothing of a person's data is left, and other people's data are unchanged."""

from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client

from collection.models import Participant
from collection.participation.enrolment import OUTCOMES
from jobs.leases import LeaseLost
from simulation.cells import CELLS
from simulation.figures import read_figures
from simulation.models import Run, Simulation
from simulation.requests import RunRequest
from simulation.services import request_run
from studies.models import Dialogue, Persona, Turn
from studies.search.indexing import index_dialogues
from studies.search.matching import finds
from studies.search.query import read_query
from tests.collection.factories import (
    enrol_participant,
    make_natural_dialogue,
    make_open_study,
    make_pending_turn,
)
from tests.enrolment.people import own_data, withdraw
from tests.enrolment.test_withdrawal import rows_with
from tests.enrolment.visits import agree
from tests.factories import make_dialogue, make_output, make_run

SECRET = "zanzibar-marmalade"


@pytest.fixture
def leaving() -> Participant:
    """Store a participant with many data, including simulations of their persona, and another one who stays."""
    study = make_open_study()
    participant = enrol_participant(study, external_id=f"pid {SECRET}")
    Participant.objects.update(parameters={"STUDY_ID": f"study {SECRET}"})
    dialogue = make_natural_dialogue(participant, turns=1)
    Turn.objects.update(utterance=f"I say {SECRET}", response=f"It says {SECRET}")
    make_output(dialogue, 0, speaker="responder", raw=f"raw {SECRET}", text=f"cut {SECRET}")
    make_pending_turn(dialogue, utterance=f"and {SECRET}", text=f"partly {SECRET}", raw=f"thought {SECRET}")
    Dialogue.objects.update(draft=f"draft {SECRET}")
    staying = enrol_participant(study)
    make_natural_dialogue(staying, turns=2)
    run = make_run(study, state=Run.State.RUNNING)
    for cell in run.simulations.all():
        make_dialogue(cell, turns=1)
    Turn.objects.filter(dialogue__simulation__persona=participant.persona).update(utterance=f"simulated {SECRET}")
    for stored in Dialogue.objects.all():
        index_dialogues([stored.pk])
    participant.refresh_from_db()
    return participant


@pytest.mark.django_db
def test_nothing_that_they_gave_is_left_and_they_have_a_receipt(leaving: Participant) -> None:
    assert len(rows_with(SECRET)) > 9
    withdraw(leaving)
    assert rows_with(SECRET) == []
    row = Participant.objects.get(pk=leaving.pk)
    assert (row.state, row.persona, row.external_id, row.parameters) == (Participant.State.WITHDRAWN, None, "", {})
    assert (row.goal_order, row.order_seed, row.last_seen_at) == ([], None, None)
    assert (row.consented_at, row.consent_version) == (leaving.consented_at, leaving.consent_version)
    assert len(row.receipt) == 14
    assert row.ended_at is not None


@pytest.mark.django_db
def test_who_stays_keeps_everything(leaving: Participant) -> None:
    withdraw(leaving)
    staying = Participant.objects.exclude(pk=leaving.pk).get()
    assert staying.persona == Persona.objects.get()
    assert [turn.utterance for turn in staying.dialogues.get().turns.all()] != []
    assert Simulation.objects.filter(persona=staying.persona).count() == 2
    assert Dialogue.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_run_forgets_the_cells_of_a_persona_that_left_and_its_figures_are_of_the_others(leaving: Participant) -> None:
    run = Run.objects.get()
    assert read_figures(run).dialogues == 4
    withdraw(leaving)
    assert read_figures(run).dialogues == 2
    make_dialogue(
        Simulation.objects.create(run=run, persona=Persona.objects.get(), goal=run.study.goals.all()[0], seed=5)
    )
    assert read_figures(run).dialogues == 3


@pytest.mark.django_db(transaction=True)
def test_as_many_other_dialogues_later_do_not_show_the_figures_of_those_that_are_gone(leaving: Participant) -> None:
    run = Run.objects.get()
    Simulation.objects.filter(run=run).exclude(persona=leaving.persona).update(finished_at=None, ending="")
    before = read_figures(run)
    withdraw(leaving)
    for cell in run.simulations.all():
        make_dialogue(cell, turns=3)
    after = read_figures(run)
    assert before.dialogues == after.dialogues == 2
    assert before.rows != after.rows


@pytest.mark.django_db(transaction=True)
def test_a_run_that_waited_for_that_persona_alone_is_finished(leaving: Participant) -> None:
    Simulation.objects.filter(persona=leaving.persona).update(finished_at=None, ending="")
    withdraw(leaving)
    assert Run.objects.get().state == Run.State.FINISHED


@pytest.mark.django_db(transaction=True)
def test_a_worker_finds_the_cell_gone_and_drops_it(leaving: Participant) -> None:
    Simulation.objects.update(finished_at=None, ending="", leased_until=None)
    cells = CELLS.claim(Simulation.objects.filter(persona=leaving.persona), "worker-1", 1)
    withdraw(leaving)
    assert CELLS.renew([cell.pk for cell in cells], "worker-1") == set()
    with pytest.raises(LeaseLost), transaction.atomic():
        CELLS.hold(cells[0], "worker-1")


@pytest.mark.django_db
def test_the_same_run_can_be_asked_for_again_without_them(leaving: Participant) -> None:
    withdraw(leaving)
    run = request_run(leaving.study, RunRequest("tiny", "tiny", personas="participants"))
    assert {cell.persona for cell in run.simulations.all()} == set(Persona.objects.all())


@pytest.mark.django_db(transaction=True)
def test_no_file_of_the_database_holds_the_text_any_more(leaving: Participant) -> None:
    assert connection.vendor == "sqlite"
    words = [SECRET, *SECRET.split("-")]  # the index of the search holds each word by itself
    assert [word for word in words if _is_in_files(word)] == words
    withdraw(leaving)
    assert [word for word in words if _is_in_files(word)] == []
    assert Dialogue.objects.filter(finds(read_query("calories"))).exists()


def _is_in_files(text: str) -> bool:
    file = Path(connection.settings_dict["NAME"])
    return any(text.encode() in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


@pytest.mark.django_db
def test_a_withdrawn_person_can_enrol_again_by_the_platforms_link() -> None:
    study = make_open_study()
    participant = enrol_participant(study, external_id="5f3a")
    withdraw(participant)
    again = enrol_participant(study, external_id="5f3a")
    assert again != participant
    assert again.persona is not None
    assert again.persona.code == "p-002"


def test_every_way_to_end_has_its_words() -> None:
    assert set(OUTCOMES) == set(Participant.State) - {Participant.State.ENROLLED, Participant.State.ACTIVE}


@pytest.mark.django_db
def test_an_own_file_of_data_holds_all_that_the_person_gave(leaving: Participant) -> None:
    told = str(own_data(leaving))
    for text in ("pid", "study", "I say", "It says", "and", "partly", "draft"):
        assert f"{text} {SECRET}" in told
    assert "simulated" not in told
    assert "thought" not in told


@pytest.mark.django_db
def test_withdrawing_shows_the_studys_text_and_ends_participation(client: Client) -> None:
    study = make_open_study()
    study.outcomes.create(kind="withdrawn", text="Farewell, then.")
    agree(client)
    assert "Farewell, then." in client.post("/s/demo/withdraw/", follow=True).text
    for address in ("form/", "start/", "chat/", "withdraw/"):
        assert client.get(f"/s/demo/{address}")["Location"] == "/s/demo/end/"

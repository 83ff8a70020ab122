"""Leases: which worker may work on a cell, and until when."""

from datetime import timedelta

import pytest

from jobs.leases import LEASE, LeaseLost
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from tests.factories import make_dialogue, make_run
from tests.simulation.scripts import let_pass

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
MARGIN = timedelta(seconds=20)
"""What a busy machine may need for a test."""


def running() -> Run:
    """Return a run of four cells that workers may claim."""
    return make_run(state=Run.State.RUNNING)


def claim(run: Run, worker: str = "ann", count: int = 4) -> list[Simulation]:
    return CELLS.claim(Simulation.objects.filter(run=run), worker, count)


def test_cells_are_taken_in_order_up_to_a_count() -> None:
    run = running()
    first, *rest = run.simulations.all()
    assert claim(run, count=1) == [first]
    assert claim(run, count=9) == rest


def test_nobody_takes_what_somebody_holds() -> None:
    run = running()
    assert len(claim(run, "ann", 3)) == 3
    assert len(claim(run, "bob", 3)) == 1
    assert claim(run, "bob", 3) == []


def test_a_lease_ends_after_its_time_and_not_before() -> None:
    run = running()
    claim(run, "ann")
    let_pass(LEASE - MARGIN)
    assert claim(run, "bob") == []
    let_pass(MARGIN + SECOND)
    assert len(claim(run, "bob")) == 4


def test_a_worker_never_takes_over_from_itself() -> None:
    run = running()
    claim(run, "ann")
    let_pass(2 * LEASE)
    assert claim(run, "ann") == []


@pytest.mark.parametrize("state", [Run.State.PAUSED, Run.State.CANCELLED, Run.State.FINISHED])
def test_cells_of_a_run_that_does_not_run_are_not_taken(state: str) -> None:
    assert claim(make_run(state=state)) == []


def test_finished_cells_are_not_taken() -> None:
    run = running()
    make_dialogue(run.simulations.all()[0])
    assert len(claim(run)) == 3


def test_only_the_cells_asked_for_are_taken() -> None:
    here, there = running(), make_run(Run.objects.get().study, state=Run.State.RUNNING, identity="other")
    assert {cell.run for cell in claim(there, count=99)} == {there}
    assert len(claim(here, count=99)) == 4


def test_a_renewed_lease_lasts_from_now() -> None:
    run = running()
    ids = {cell.pk for cell in claim(run, "ann")}
    let_pass(LEASE)
    assert CELLS.renew(ids, "ann") == ids
    let_pass(LEASE - MARGIN)
    assert claim(run, "bob") == []
    let_pass(MARGIN + SECOND)
    assert len(claim(run, "bob")) == 4


def test_a_lease_taken_over_by_another_worker_is_not_renewed() -> None:
    run = running()
    ids = [cell.pk for cell in claim(run, "ann", 2)]
    let_pass(2 * LEASE)
    taken = claim(run, "bob", 1)
    assert CELLS.renew(ids, "ann") == set(ids) - {taken[0].pk}
    taken[0].refresh_from_db()
    assert taken[0].worker == "bob"


@pytest.mark.parametrize("state", [Run.State.PAUSED, Run.State.CANCELLED])
def test_no_lease_is_renewed_once_the_run_is_paused(state: str) -> None:
    run = running()
    ids = [cell.pk for cell in claim(run)]
    Run.objects.update(state=state)
    assert CELLS.renew(ids, "ann") == set()


def test_a_cancelled_cell_is_neither_renewed_nor_written_to_although_its_run_goes_on() -> None:
    run = running()
    cancelled, *others = claim(run, "ann")
    Simulation.objects.filter(pk=cancelled.pk).update(is_cancelled=True)
    assert CELLS.renew([cell.pk for cell in (cancelled, *others)], "ann") == {cell.pk for cell in others}
    with pytest.raises(LeaseLost):
        CELLS.hold(cancelled, "ann")


def test_what_is_given_back_can_be_taken_at_once() -> None:
    run = running()
    ids = [cell.pk for cell in claim(run, "ann")]
    CELLS.release(ids[:1], "ann")
    assert [cell.pk for cell in claim(run, "bob")] == ids[:1]


def test_nobody_gives_back_what_others_hold() -> None:
    run = running()
    ids = [cell.pk for cell in claim(run, "ann")]
    CELLS.release(ids, "bob")
    assert claim(run, "bob") == []


def test_a_holder_may_write_and_nobody_else() -> None:
    (cell, *_) = claim(running(), "ann")
    assert CELLS.hold(cell, "ann", "seed", "run__state") == (cell.seed, Run.State.RUNNING)
    with pytest.raises(LeaseLost, match="no longer held by bob"):
        CELLS.hold(cell, "bob")


def test_what_a_holder_reads_is_of_its_own_item_and_current() -> None:
    run = running()
    first, second, *_ = claim(run, "ann")
    fields = ("seed", "leased_until", "failures", "run__prices")
    CELLS.hold(first, "ann", *fields)
    prices = {"inquirer": {"input": 1.5}}
    Run.objects.update(prices=prices)
    Simulation.objects.filter(pk=second.pk).update(seed=99, failures=2)
    second.refresh_from_db()
    assert CELLS.hold(second, "ann", *fields) == (99, second.leased_until, 2, prices)


@pytest.mark.parametrize("state", [Run.State.PAUSED, Run.State.CANCELLED])
def test_a_lease_holder_may_not_write_once_the_run_is_paused(state: str) -> None:
    (cell, *_) = claim(running(), "ann")
    Run.objects.update(state=state)
    with pytest.raises(LeaseLost):
        CELLS.hold(cell, "ann")


@pytest.mark.parametrize(("failures", "seconds"), [(5, 64), (6, 128), (7, 256), (8, 300), (1000, 300)])
def test_a_cell_that_failed_waits_longer_each_time_but_never_more_than_five_minutes(
    failures: int, seconds: int
) -> None:
    run = running()
    Simulation.objects.update(failures=failures)
    cell = claim(run, "ann", 1)[0]
    CELLS.postpone(cell, "ann", "Busy.", patience=9999)
    cell.refresh_from_db()
    assert (cell.error, cell.worker, cell.failures) == ("Busy.", "", failures + 1)
    let_pass(timedelta(seconds=seconds) - MARGIN)
    assert cell not in claim(run, "bob", 9)
    let_pass(MARGIN + SECOND)
    assert claim(run, "eve", 1) == [cell]


def test_after_too_many_failures_the_run_pauses_and_says_why() -> None:
    run = running()
    Simulation.objects.update(failures=2)
    cell = claim(run)[0]
    CELLS.postpone(cell, "ann", "The server is down.", patience=3)
    run.refresh_from_db()
    assert (run.state, run.message) == (Run.State.PAUSED, "Stopped after 3 failures in a row: The server is down.")


def test_started_again_the_cell_that_stopped_a_run_gets_new_patience_at_once() -> None:
    run = running()
    cell = claim(run, count=1)[0]
    CELLS.postpone(cell, "ann", "Busy.", patience=1)
    Run.objects.update(state=Run.State.RUNNING)
    again = claim(run, "bob", 1)[0]
    assert (again.pk, again.failures) == (cell.pk, 0)


def test_started_again_the_other_cells_of_a_halted_run_get_new_patience_too() -> None:
    run = running()
    stopping, other, held, _ = claim(run)
    Simulation.objects.filter(pk__in=[other.pk, held.pk]).update(failures=7)
    CELLS.postpone(stopping, "ann", "Busy.", patience=1)
    CELLS.release([other.pk], "ann")
    CELLS.start(run)
    assert list(Simulation.objects.values_list("failures", "worker")) == [(0, ""), (0, ""), (7, "ann"), (0, "ann")]
    again = claim(run, "bob")
    CELLS.postpone(again[1], "bob", "Busy.", patience=8)
    run.refresh_from_db()
    assert (again[1], run.state) == (other, Run.State.RUNNING)


def test_nobody_postpones_what_others_hold() -> None:
    (cell, *_) = claim(running(), "ann")
    with pytest.raises(LeaseLost):
        CELLS.postpone(cell, "bob", "Busy.", patience=1)
    assert Run.objects.get().state == Run.State.RUNNING


def test_a_turn_forgets_earlier_failures() -> None:
    run = running()
    Simulation.objects.update(failures=2, error="Busy.")
    (cell, *_) = claim(run)
    CELLS.forget_failures(cell)
    assert list(Simulation.objects.values_list("failures", "error")) == [(0, ""), *[(2, "Busy.")] * 3]


def test_a_run_that_no_longer_runs_is_not_halted() -> None:
    run = running()
    Run.objects.update(state=Run.State.CANCELLED)
    CELLS.halt(run, "Too late.")
    run.refresh_from_db()
    assert (run.state, run.message) == (Run.State.CANCELLED, "")


def test_a_claim_looks_for_free_cells_in_an_index_of_unfinished_ones_and_sorts_nothing() -> None:
    """If it did not, every claim would take longer the more cells of a large run have ended."""
    run = running()
    free = CELLS.free(CELLS.queued().filter(run=run), "ann").order_by(*CELLS.order)[:16]
    plan = free.explain()
    assert "simulation_open" in plan
    assert "TEMP B-TREE" not in plan

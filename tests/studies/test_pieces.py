"""Long writes let other processes write in between."""

from collections.abc import Iterator
from itertools import count
from threading import Thread

import pytest
from django.db import connection

from studies.files.pieces import PIECE, write_in_pieces
from studies.models import Study
from tests.factories import make_study

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_transaction_ends_once_its_time_is_over() -> None:
    now, begun, finished, written = [0.0], [], [], []

    def write(item: int) -> None:
        assert connection.in_atomic_block
        now[0] += PIECE * 0.6
        written.append(item)

    def finish() -> None:
        assert connection.in_atomic_block
        finished.append(len(written))

    write_in_pieces(range(5), write, lambda: begun.append(len(written)), finish, clock=lambda: now[0])
    assert (written, begun, finished) == ([0, 1, 2, 3, 4], [0, 2, 4], [2, 4, 5])


def test_what_was_written_before_a_failure_stays() -> None:
    def write(number: int) -> None:
        make_study(f"study-{number}")
        if number == 3:
            raise RuntimeError("The power is out.")

    ticks = count()
    with pytest.raises(RuntimeError):
        write_in_pieces(range(9), write, clock=lambda: next(ticks))
    assert Study.objects.count() == 3


def test_another_process_writes_between_two_pieces() -> None:
    """The items end only after the other process has written."""
    study = make_study()

    def rename() -> None:
        Study.objects.update(title="Renamed meanwhile")
        connection.close()

    other = Thread(target=rename)

    def items() -> Iterator[int]:
        other.start()
        while other.is_alive():
            yield 0

    write_in_pieces(items(), lambda _: Study.objects.update(description="…"))
    other.join()
    study.refresh_from_db()
    assert study.title == "Renamed meanwhile"


def test_of_nothing_nothing_is_written() -> None:
    write_in_pieces([], pytest.fail, begin=lambda: pytest.fail("There was nothing to begin."))

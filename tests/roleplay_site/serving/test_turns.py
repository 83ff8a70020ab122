"""Few requests are in progress, waiting ones are served in order, and further ones get a clear message."""

import asyncio

import pytest

from roleplay_site.serving.bodies import Gone
from roleplay_site.serving.refusals import BUSY, Refused
from roleplay_site.serving.turns import Turns


class People:
    """All requests are in progress until ``finish`` is set."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.working: list[int] = []
        self.ends: dict[int, asyncio.Event] = {}
        self.leaving: dict[int, asyncio.Future[None]] = {}

    def come(self, number: int) -> "asyncio.Task[None]":
        self.ends[number] = asyncio.Event()
        self.leaving[number] = asyncio.get_running_loop().create_future()
        return asyncio.create_task(self._work(number))

    async def finish(self, number: int) -> None:
        self.ends[number].set()
        await settle()

    async def _work(self, number: int) -> None:
        async with self.turns.turn(self.leaving[number]):
            self.working.append(number)
            await self.ends[number].wait()
            self.working.remove(number)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def people() -> People:
    return People(Turns(at_once=2, waiting=3, patience=60))


async def test_so_many_are_in_work_and_the_next_come_in_their_order(people: People) -> None:
    tasks = [people.come(number) for number in range(5)]
    await settle()
    assert people.working == [0, 1]
    await people.finish(1)
    assert people.working == [0, 2]
    await people.finish(0)
    assert people.working == [2, 3]
    for number in (2, 3, 4):
        await people.finish(number)
    await asyncio.gather(*tasks)
    assert people.working == []


async def test_beyond_those_who_wait_the_site_says_that_it_is_busy(people: People) -> None:
    tasks = [people.come(number) for number in range(5)]
    await settle()
    with pytest.raises(Refused) as refused:
        await people.come(5)
    assert refused.value.refusal is BUSY
    for number in range(5):
        await people.finish(number)
    await asyncio.gather(*tasks)


async def test_nobody_waits_longer_than_there_is_patience(people: People) -> None:
    people.turns = Turns(at_once=1, waiting=3, patience=0.05)
    working = people.come(0)
    await settle()
    with pytest.raises(Refused):
        await people.come(1)
    await people.finish(0)
    await working
    again = people.come(2)
    await settle()
    assert people.working == [2]
    await people.finish(2)
    await again


async def test_visitors_who_leave_while_waiting_are_not_served(people: People) -> None:
    tasks = [people.come(number) for number in range(4)]
    await settle()
    people.leaving[2].set_result(None)
    with pytest.raises(Gone):
        await tasks[2]
    await people.finish(0)
    assert people.working == [1, 3]
    for number in (1, 3):
        await people.finish(number)
    await asyncio.gather(tasks[0], tasks[1], tasks[3])


async def test_a_turn_that_came_as_its_task_was_cancelled_goes_to_the_next(people: People) -> None:
    tasks = [people.come(number) for number in range(4)]
    await settle()
    people.ends[0].set()
    await asyncio.sleep(0)  # number 0 passes its turn on to number 2, who has not noticed yet
    tasks[2].cancel()
    await settle()
    assert people.working == [1, 3]
    for number in (1, 3):
        await people.finish(number)
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_an_error_ends_the_turn(people: People) -> None:
    people.turns = Turns(at_once=1, waiting=0, patience=60)
    nobody: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            async with people.turns.turn(nobody):
                raise ValueError("broken")

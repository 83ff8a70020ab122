"""The queue in which requests to a provider wait for their turn."""

import asyncio

import pytest

from dialogue.backends.openai.gate import Gate
from dialogue.backends.openai.limit import AdaptiveLimit


def gate_for(most: int) -> Gate:
    return Gate(AdaptiveLimit(most))


async def pass_through(gate: Gate, name: str, passed: list[str], place: int | None = None) -> None:
    async with gate.turn(gate.place() if place is None else place) as turn:
        passed.append(name)
        turn.answer(1)


async def test_requests_pass_in_order_and_a_repeated_one_keeps_its_place() -> None:
    gate, passed = gate_for(1), list[str]()
    early = gate.place()
    async with gate.turn(gate.place()):
        waiting = [asyncio.create_task(pass_through(gate, name, passed)) for name in ("first", "second")]
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(pass_through(gate, "repeated", passed, early)))
        await asyncio.sleep(0)
        assert not passed
    await asyncio.gather(*waiting)
    assert passed == ["repeated", "first", "second"]


async def test_a_request_that_is_cancelled_while_it_waits_or_is_called_blocks_nobody() -> None:
    gate, passed = gate_for(1), list[str]()
    async with gate.turn(gate.place()):
        waiting = [asyncio.create_task(pass_through(gate, name, passed)) for name in ("waits", "called", "last")]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
    waiting[1].cancel()  # it has been called, but has not run yet
    await asyncio.gather(*waiting, return_exceptions=True)
    assert passed == ["last"]
    assert gate.limit.under_way == 0


async def test_a_request_that_fails_frees_its_turn() -> None:
    gate, passed = gate_for(1), list[str]()
    with pytest.raises(ValueError, match="no"):
        async with gate.turn(gate.place()):
            raise ValueError("no")
    await pass_through(gate, "next", passed)
    assert passed == ["next"]


async def test_dismissing_ends_the_waiting_of_all() -> None:
    gate, passed = gate_for(1), list[str]()
    async with gate.turn(gate.place()):
        waiting = [asyncio.create_task(pass_through(gate, name, passed)) for name in ("first", "second")]
        await asyncio.sleep(0)
        gate.dismiss(ValueError("closed"))
        ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(end) for end in ends] == ["closed", "closed"]
    assert not passed

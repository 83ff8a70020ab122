"""Pages receive each update once, although the channel layer may lose, repeat and delay frames."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from collection.chat.chat_state import Marks
from collection.chat.database import in_database
from collection.chat.delivery import Delivery
from collection.chat.protocol import Next, RunningReply, Snapshot
from collection.models import Participant
from collection.participation.goals import leave_dialogues
from studies.models import Dialogue
from tests.collection.chat.pages import open_page
from tests.enrolment.people import withdraw

PERMISSIONS: dict[str, Any] = {"may_write": False, "next": Next(allowed=False)}


def delivery(text: str = "A bear", *, attempt: int = 0) -> Delivery:
    """Return the delivery of a page that has the beginning of the third reply."""
    reply = RunningReply(position=2, attempt=attempt, state="streaming", text=text)
    return Delivery(Snapshot(**PERMISSIONS, turns=3, generation=reply))


def piece(offset: int, text: str, *, position: int = 2, attempt: int = 0) -> dict[str, Any]:
    return {"type": "piece", "position": position, "attempt": attempt, "offset": offset, "text": text}


def test_what_follows_is_passed_on() -> None:
    page = delivery()
    assert page.take(piece(6, " is")) == piece(6, " is")
    assert page.take(piece(9, " large")) == piece(9, " large")


def test_what_the_page_has_already_is_left_out() -> None:
    page = delivery()
    assert page.take(piece(2, "bear is")) == piece(6, " is")
    assert page.take(piece(0, "A bear is")) is None


def test_a_piece_after_a_gap_waits_for_what_lies_between() -> None:
    page = delivery()
    assert page.take(piece(9, " large")) is None
    assert page.take(piece(6, " is large")) == piece(6, " is large")


def test_offsets_count_code_points() -> None:
    assert delivery("\U0001f43b").take(piece(1, " is")) == piece(1, " is")


def test_pieces_of_another_try_or_turn_are_left_out() -> None:
    assert delivery().take(piece(6, " is", attempt=1)) is None
    assert delivery(attempt=1).take(piece(6, " is")) is None
    assert delivery().take(piece(6, " is", position=1)) is None


def test_the_empty_piece_with_which_a_reply_begins_is_passed_on() -> None:
    assert delivery("").take(piece(0, "")) == piece(0, "")
    assert delivery().take(piece(0, "")) is None


def test_a_new_message_begins_a_new_reply() -> None:
    page = delivery()
    page.take({"type": "done", "position": 2})
    assert page.marks == Marks(3, None, False)
    page.take({"type": "turn", "position": 3, "key": "key-00004"})
    assert page.marks == Marks(4, 0, False)
    assert page.take(piece(0, "A bee", position=3)) == piece(0, "A bee", position=3)


def test_everything_else_is_passed_on_as_it_is() -> None:
    for frame in ({"type": "moved"}, {"type": "draft", "text": "What"}, {"type": "queued", "position": 2, "place": 1}):
        assert delivery().take(frame) == frame


def leave() -> None:
    leave_dialogues(Dialogue.objects.all(), timezone.now())


def withdraw_everybody() -> None:
    for participant in Participant.objects.all():
        withdraw(participant)


@pytest.mark.parametrize("end", [leave, withdraw_everybody])
async def test_pages_of_a_dialogue_that_is_over_hear_it_at_once(
    chat: Dialogue, end: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Switch off the regular checks of the database, from which pages would learn of everything later."""
    monkeypatch.setattr("collection.chat.connections.LOOK", 3600)
    async with open_page(chat) as page:
        await in_database(end)
        assert (await page.next())["type"] == "moved"

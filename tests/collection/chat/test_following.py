"""What a page is told, whatever channels lose, repeat and delay."""

from typing import Any

from collection.chat.following import Following
from collection.chat.protocol import Next, RunningReply, Snapshot
from collection.chat.standing import Marks

STANDING: dict[str, Any] = {"may_write": False, "next": Next(allowed=False)}


def following(text: str = "A bear", *, attempt: int = 0) -> Following:
    """A page that knows the beginning of the reply to its third message."""
    reply = RunningReply(position=2, attempt=attempt, state="streaming", text=text)
    return Following(Snapshot(**STANDING, turns=3, generation=reply))


def piece(offset: int, text: str, *, position: int = 2, attempt: int = 0) -> dict[str, Any]:
    return {"type": "piece", "position": position, "attempt": attempt, "offset": offset, "text": text}


def test_what_follows_is_passed_on() -> None:
    page = following()
    assert page.take(piece(6, " is")) == piece(6, " is")
    assert page.take(piece(9, " large")) == piece(9, " large")


def test_what_the_page_has_already_is_left_out() -> None:
    page = following()
    assert page.take(piece(2, "bear is")) == piece(6, " is")
    assert page.take(piece(0, "A bear is")) is None


def test_a_piece_after_a_gap_waits_for_what_lies_between() -> None:
    page = following()
    assert page.take(piece(9, " large")) is None
    assert page.take(piece(6, " is large")) == piece(6, " is large")


def test_offsets_count_code_points() -> None:
    assert following("\U0001f43b").take(piece(1, " is")) == piece(1, " is")


def test_pieces_of_another_try_or_turn_are_left_out() -> None:
    assert following().take(piece(6, " is", attempt=1)) is None
    assert following(attempt=1).take(piece(6, " is")) is None
    assert following().take(piece(6, " is", position=1)) is None


def test_the_empty_piece_with_which_a_reply_begins_is_passed_on() -> None:
    assert following("").take(piece(0, "")) == piece(0, "")
    assert following().take(piece(0, "")) is None


def test_a_new_message_begins_a_new_reply() -> None:
    page = following()
    page.take({"type": "done", "position": 2})
    assert page.marks == Marks(3, None, False)
    page.take({"type": "turn", "position": 3, "key": "key-00004"})
    assert page.marks == Marks(4, 0, False)
    assert page.take(piece(0, "A bee", position=3)) == piece(0, "A bee", position=3)


def test_everything_else_is_passed_on_as_it_is() -> None:
    for frame in ({"type": "moved"}, {"type": "draft", "text": "What"}, {"type": "queued", "position": 2, "place": 1}):
        assert following().take(frame) == frame

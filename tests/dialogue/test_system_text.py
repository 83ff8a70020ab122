"""Placement of the system text: nothing of it is lost, and the roles alternate."""

from dialogue.messages import Message
from dialogue.system_text import place_system

SYSTEM, FIRST, ANSWER, NEXT = (
    Message("system", "Be brief."),
    Message("user", "How far?"),
    Message("assistant", "Far."),
    Message("user", "And back?"),
)


def test_as_a_message_nothing_changes() -> None:
    assert place_system([SYSTEM, FIRST, ANSWER, NEXT], "message") == [SYSTEM, FIRST, ANSWER, NEXT]


def test_in_front_of_the_first_user_message_it_is_part_of_it() -> None:
    placed = place_system([SYSTEM, FIRST, ANSWER, NEXT], "first_user")
    assert placed == [Message("user", "Be brief.\n\nHow far?"), ANSWER, NEXT]


def test_left_out_only_the_others_remain() -> None:
    assert place_system([SYSTEM, FIRST, ANSWER, NEXT], "none") == [FIRST, ANSWER, NEXT]


def test_without_a_system_message_the_ways_are_one() -> None:
    for way in ("message", "first_user", "none"):
        assert place_system([FIRST, ANSWER, NEXT], way) == [FIRST, ANSWER, NEXT]


def test_alone_it_becomes_a_user_message() -> None:
    assert place_system([SYSTEM], "first_user") == [Message("user", "Be brief.")]
    assert place_system([SYSTEM, ANSWER, NEXT], "first_user") == [ANSWER, Message("user", "Be brief.\n\nAnd back?")]


def test_neighbouring_user_messages_become_one() -> None:
    placed = place_system([SYSTEM, FIRST, NEXT, ANSWER, NEXT], "first_user")
    assert [message.role for message in placed] == ["user", "assistant", "user"]
    assert placed[0].content == "Be brief.\n\nHow far?\n\nAnd back?"

"""The contract for authors of backends."""

from collections.abc import AsyncGenerator, Sequence

import pytest

from dialogue.backends.base import Piece, Reply, Sampling, StreamingModel
from dialogue.messages import Message
from dialogue.thought_events import Opened, Thought
from dialogue.thought_marks import MARKS

THINK = next(iter(MARKS.opening.values()))


def test_a_backend_without_its_one_method_is_refused_when_it_is_made() -> None:
    class Unfinished(StreamingModel):
        """A model that generates nothing."""

    with pytest.raises(TypeError, match="generate"):
        Unfinished()  # type: ignore[abstract]


@pytest.mark.parametrize(
    "pieces",
    [
        ("An ", "answer ", "in words."),
        ("<th", "ink>Hm", "m.</thi", "nk>", "An answer."),
        (Thought("Hm"), Thought("m."), "An ", "answer."),
        (Opened(THINK), "Hmm.</thi", "nk>An ", "answer."),
        ("An ", Thought("Hmm."), "answer."),
        (),
    ],
)
async def test_a_reply_is_the_same_whether_or_not_its_pieces_are_read(pieces: tuple[Piece, ...]) -> None:
    class InPieces(StreamingModel):
        """A model that answers with these pieces."""

        async def generate(
            self, messages: Sequence[Message], sampling: Sampling, conversation: str
        ) -> AsyncGenerator[Piece]:
            for piece in pieces:
                yield piece
            yield Reply("", "stop", None, None, first_token_seconds=0, seconds=0)

        def count_tokens(self, text: str) -> int:
            return len(text.split())

    asked = [Message("user", "Hello?")], Sampling()
    assert await InPieces().reply(*asked) == await InPieces().stream(*asked).whole()

"""A model whose answers are written down: it answers by what is asked, which replies in a fixed order could not."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from characters.rehearsal.triplets import is_call, made_up_triplets
from dialogue.backends.base import BackendError, Piece, Sampling, StreamingModel
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message


class MadeUp(StreamingModel):
    """Answers a request whose last message ends in a known question, and the calls of Context-Instruct."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        asked = "\n".join(message.content for message in messages)
        answer = made_up_triplets(asked, sampling.seed) if is_call(asked) else self._find(asked)
        script = ScriptedModel([answer])
        async with aclosing(script.generate(messages[-1:], sampling, conversation)) as pieces:
            async for piece in pieces:
                yield piece

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def close(self) -> None:
        """Do nothing, because there is nothing to close."""

    def _find(self, asked: str) -> str:
        for question, answer in self._answers.items():
            if asked.endswith(question):
                return answer
        raise BackendError(f"There is no made-up answer to {asked[-100:]!r}. Choose a model of models.toml.")

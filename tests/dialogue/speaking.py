"""Two scripted speakers, for dialogues without a model."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import Any

from dialogue.backends.base import BackendError, ContextFull, Reply, Sampling, StreamingModel
from dialogue.backends.scripted import ScriptedModel
from dialogue.extraction import SELF_REPLY_MARKERS
from dialogue.messages import Message, Speaking
from dialogue.outputs import Checks
from dialogue.seeds import SpeakerName, sampler_seed
from dialogue.speakers import Speaker

CHECKS = Checks(max_n=5, repeats=2, markers=SELF_REPLY_MARKERS)
GOAL = "You want to know what a bear is."
SAMPLING = Sampling(temperature=0.8, top_p=0.95, max_tokens=100)
SYSTEM = Message("system", "Be brief.")
REPETITIVE = "what is that? " * 10

Script = Sequence[str | BackendError]


class TriedModel(ScriptedModel):
    """Gives the next reply of its script at every request, whatever the history: for regenerated outputs."""

    def __init__(self, script: Script) -> None:
        super().__init__([])
        self._script = list(script)

    def _find(self, messages: Sequence[Message], role: Speaking) -> str:
        reply = self._script.pop(0)
        if isinstance(reply, BackendError):
            raise reply
        return reply


class NarrowModel(StreamingModel):
    """Gives "Reply N." if the prompt has at most ``room`` messages; ``fitting`` records these prompts."""

    def __init__(self, room: int, reply: str) -> None:
        self.fitting: list[list[Message]] = []
        self._room = room
        self._reply = reply

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[str | Reply]:
        if len(messages) > self._room:
            raise ContextFull("The prompt is too long.")
        self.fitting.append(list(messages))
        text = self._reply.replace("N", str(len(self.fitting)))
        yield text
        yield Reply(text, "stop", 1, 1, 0.0, 0.0)

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def close(self) -> None:
        """A model whose context holds nothing."""


def make_speaker(name: SpeakerName, model: ScriptedModel | NarrowModel, **fields: Any) -> Speaker:
    """Return the seeds of run 73 for a speaker."""
    opening = [SYSTEM] if name == "responder" else []
    seed = partial(sampler_seed, 73, "P01", GOAL, name)
    values: dict[str, Any] = {"sampling": SAMPLING, "checks": CHECKS, "seed": seed, "opening": opening}
    return Speaker(name, model, **values | fields)

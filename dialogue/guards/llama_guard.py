"""Llama Guard 2 and 3: a chat model whose chat template asks whether the last message of a conversation is safe."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogue.backends.base import ChatModel, ContentRefused, ContextFull, Reply, Sampling
from dialogue.guards.findings import CheckedTurn, Finding, Verdict
from dialogue.messages import Message
from dialogue.seeds import SpeakerName

SAMPLING = Sampling(temperature=0.0, max_tokens=100)
"""Greedy, so that checks are reproducible; the longest answer, with all categories, has fewer tokens."""

_SAFE = re.compile(r"\s*safe\s*", re.IGNORECASE)
_UNSAFE = re.compile(r"\s*unsafe(?:[\s:,]+(?P<codes>S\d+(?:[\s,]+S\d+)*))?[\s,]*", re.IGNORECASE)


def read_answer(text: str) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict and the codes of the violated categories.

    The whole answer must have the form that the prompt asks for: "unsafe? I cannot say" is unreadable.
    """
    if _SAFE.fullmatch(text):
        return "safe", ()
    found = _UNSAFE.fullmatch(text)
    if found is None:
        return "unreadable", ()
    return "unsafe", tuple(dict.fromkeys(re.findall(r"S\d+", (found["codes"] or "").upper())))


@dataclass(frozen=True, slots=True)
class LlamaGuard:
    """A Llama Guard. It reads each message after all complete turns before it, because harm may depend on them.

    An empty message is not checked, but an answer to one is: the template needs an utterance before each answer.
    """

    model: ChatModel

    async def check(self, turns: Sequence[CheckedTurn], conversation: str = "") -> tuple[Finding, ...]:
        findings: list[Finding] = []
        past: list[Message] = []
        try:
            for turn in turns:
                asked = [*past, Message("user", turn.utterance)]
                if turn.utterance.strip():
                    findings.append(await self._assess(turn, "inquirer", asked, conversation))
                if turn.response.strip():
                    past = [*asked, Message("assistant", turn.response)]
                    findings.append(await self._assess(turn, "responder", past, conversation))
        finally:
            for speaker in ("inquirer", "responder"):
                self.model.forget(f"{conversation}-{speaker}")
        return tuple(findings)

    async def _assess(
        self, turn: CheckedTurn, speaker: SpeakerName, messages: Sequence[Message], conversation: str
    ) -> Finding:
        try:
            reply = await self._reply(messages, f"{conversation}-{speaker}")
        except (ContentRefused, ContextFull) as error:
            return Finding(turn.number, speaker, "unreadable", problem=str(error))
        verdict, codes = read_answer(reply.text)
        return Finding(turn.number, speaker, verdict, codes, reply.raw)

    async def _reply(self, messages: Sequence[Message], conversation: str) -> Reply:
        """Ask about the last message, without the oldest turns if the context is too small for all of them."""
        for first in range(0, len(messages) - 2, 2):
            try:
                return await self.model.reply(messages[first:], SAMPLING, conversation=conversation)
            except ContextFull:
                continue
        last = (len(messages) - 1) // 2 * 2
        return await self.model.reply(messages[last:], SAMPLING, conversation=conversation)

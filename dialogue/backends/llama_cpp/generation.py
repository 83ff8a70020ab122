"""One answer being generated."""

import time

from dialogue.backends.base import Reply, StopReason
from dialogue.backends.llama_cpp.request import Request
from dialogue.backends.llama_cpp.sampler import Sampler
from dialogue.backends.llama_cpp.vocabulary import TextAssembler, Vocabulary


class Generation:
    """A request with a slot: the ``pending`` tokens that the model must read, and its output so far.

    ``reply`` is None until the answer is complete. While another generation, its ``leader``, is reading the first ``shared``
    tokens of both prompts, this one waits in order to copy them.
    """

    def __init__(self, request: Request, reused: int, vocabulary: Vocabulary, sampler: Sampler) -> None:
        self.request = request
        self.sampler = sampler
        self.pending = request.prompt[reused:]
        self.reply: Reply | None = None
        self.leader: Generation | None = None
        self.shared = 0
        self._vocabulary = vocabulary
        self._text = TextAssembler()
        self._tokens = 0
        self._first_token: float | None = None

    @property
    def is_silent(self) -> bool:
        """Return whether the prompt is still being read."""
        return self._first_token is None

    def take(self, token: int) -> str:
        """Add a sampled token. Return the characters that it adds to the text."""
        if self.is_silent:
            self._first_token = time.perf_counter()
        if self._ends_conversation(token) or token in self._vocabulary.ends:
            self.reply = self._end("ended" if self._ends_conversation(token) else "stop")
            return ""
        self._tokens += 1
        self.pending = [token]
        piece = self._text.add(self._vocabulary.piece(token))
        if self._tokens >= self.request.sampling.max_tokens:
            self.reply = self._end("length")
        return piece

    def _ends_conversation(self, token: int) -> bool:
        end = self.request.sampling.end_token
        return bool(end) and self._vocabulary.controls.get(end) == token

    def _end(self, reason: StopReason) -> Reply:
        now, started = time.perf_counter(), self.request.started
        return Reply(
            text=self._text.text,
            stop_reason=reason,
            prompt_tokens=len(self.request.prompt),
            completion_tokens=self._tokens,
            first_token_seconds=(self._first_token or now) - started,
            seconds=now - started,
        )

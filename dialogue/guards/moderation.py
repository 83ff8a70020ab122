"""The moderation endpoint of OpenAI's API, which compatible servers offer, too."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openai import APIStatusError, AsyncOpenAI, DefaultAsyncHttpxClient
from pydantic import BaseModel, ValidationError

from dialogue.backends.base import BackendError, ContentRefused, ContextFull
from dialogue.backends.openai.connection import FAILURES, connection, status_complaint, transport, unreachable
from dialogue.backends.openai.errors import meaning
from dialogue.backends.openai.wire import address
from dialogue.guards.findings import CheckedTurn, Finding
from dialogue.model_config import ModelSpec
from dialogue.seeds import SpeakerName

_SECONDS = 60.0


class _Result(BaseModel):
    flagged: bool
    categories: dict[str, bool | None]


class _Answer(BaseModel):
    results: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Moderation:
    """The endpoint of the server of ``spec``. It reads each message alone, all messages of a dialogue in one request."""

    spec: ModelSpec

    async def check(self, turns: Sequence[CheckedTurn], conversation: str = "") -> tuple[Finding, ...]:
        said = list(_messages(turns))
        if not said:
            return ()
        try:
            body = await self._request([text for _, _, text in said])
        except (ContentRefused, ContextFull) as error:
            return tuple(Finding(turn, speaker, "unreadable", problem=str(error)) for turn, speaker, _ in said)
        try:
            results = _Answer.model_validate(json.loads(body)).results
            read = [_Result.model_validate(result) for result in results]
        except (ValueError, RecursionError) as error:
            raise self._odd(error) from error
        if len(read) != len(said):
            raise self._odd(ValueError(f"{len(read)} results for {len(said)} messages"))
        return tuple(
            _finding(turn, speaker, one, result)
            for (turn, speaker, _), one, result in zip(said, read, results, strict=True)
        )

    async def _request(self, texts: Sequence[str]) -> str:
        """Return the body of the answer. The library repeats failed requests. Raises BackendError or one of its kinds."""
        known = connection(self.spec) | {"timeout": _SECONDS}
        async with AsyncOpenAI(**known, http_client=DefaultAsyncHttpxClient(**transport())) as client:
            try:
                answer = await client.moderations.with_raw_response.create(model=self.spec.model, input=list(texts))
                return str(answer.text)
            except APIStatusError as error:
                raise meaning(status_complaint(error, client.api_key), self.spec) from error
            except FAILURES as error:
                raise unreachable(error, self.spec) from error

    def _odd(self, error: Exception) -> BackendError:
        what = "its results have another form" if isinstance(error, ValidationError) else str(error)
        return BackendError(
            f"{address(self.spec)} did not answer as a moderation endpoint does ({what}). "
            f"Check `base_url` and `model` of {self.spec.name!r}, or try again later."
        )


def _messages(turns: Sequence[CheckedTurn]) -> list[tuple[int, SpeakerName, str]]:
    said: list[tuple[int, SpeakerName, str]] = []
    for turn in turns:
        said += [(turn.number, "inquirer", turn.utterance), (turn.number, "responder", turn.response)]
    return [one for one in said if one[2].strip()]


def _finding(turn: int, speaker: SpeakerName, read: _Result, result: dict[str, Any]) -> Finding:
    raw = json.dumps(result, ensure_ascii=False)
    if not read.flagged:
        return Finding(turn, speaker, "safe", raw=raw)
    violated = tuple(sorted(name for name, is_violated in read.categories.items() if is_violated))
    return Finding(turn, speaker, "unsafe", violated, raw)

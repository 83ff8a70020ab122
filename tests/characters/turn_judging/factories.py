"""Dialogues with characters, and judges of their turns."""

import re
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync

from characters.models import TurnJudging
from characters.turn_judging.queue import TURN_SCORES
from characters.turn_judging.requests import request_scores
from characters.turn_judging.workers import TurnJudgingWorker
from dialogue.backends.base import BackendError, ChatModel, Piece, Reply, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from studies.models import Dialogue, Study

MODELS_FILE = Path(__file__).parents[2] / "data" / "turn_judges.toml"
GOOD = '{"reason": "Every word is his.", "style": 5, "knowledge": 4}'
_UTTERANCE = re.compile(r'"utterance": "(.*)"\}$', re.MULTILINE)


class WordJudge(ScriptedModel):
    """Gives 5 to an utterance with a word of ``words``, and 1 to any other; its knowledge is always 3."""

    def __init__(self, *words: str) -> None:
        super().__init__([GOOD])
        self._words = words

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        found = _UTTERANCE.search(messages[-1].content)
        assert found
        style = 5 if any(word in found[1] for word in self._words) else 1
        yield (text := f'{{"reason": "By words.", "style": {style}, "knowledge": 3}}')
        yield Reply(text, "stop", 900, 60, 0.01, 0.02)


def ask(study: Study, judge: str = "steady", most: int | None = None) -> TurnJudging:
    """Request scores of all turns of the study's characters, or of ``most`` of each dialogue."""
    return request_scores(study, Dialogue.objects.filter(study=study), judge, most, MODELS_FILE)


def run(judging: TurnJudging, model: ChatModel | None = None, **fields: Any) -> TurnJudging:
    """Start the judging, let a worker do what is missing, and return the judging."""
    TURN_SCORES.start(judging)
    used = model or ScriptedModel([GOOD])
    worker = TurnJudgingWorker(MODELS_FILE, lambda _spec: used, **{"tick": 0.02} | fields)
    async_to_sync(worker.work_off)(judging.scores.all())
    judging.refresh_from_db()
    return judging


def refusing(error: BackendError) -> list[str | BackendError]:
    """Replies of a model that always fails."""
    return [*[error] * 99, GOOD]

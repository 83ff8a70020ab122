"""Benchmarks with answers, and judges who know which answer is better."""

import json
import re
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from django.utils import timezone

from characters.benchmarks.answer_scores import scores_of
from characters.judging import requests
from characters.judging.queue import RANKINGS
from characters.judging.requests import JudgingRequest
from characters.judging.workers import JudgingWorker
from characters.models import Answer, AnswerSet, Benchmark, BenchmarkRow, Judging
from dialogue.backends.base import BackendError, ChatModel, Piece, Reply, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from tests.factories import make_character

MODELS_FILE = Path(__file__).parents[2] / "data" / "ranking_models.toml"
BASELINE = "RoleGPT (published)"
FIRST = json.dumps(
    [{"model": "Model 1", "reason": "It comes first.", "rank": 1}, {"model": "Model 2", "reason": "No.", "rank": 2}]
)
_ANSWERS = re.compile(r'^\[\{"model": "Model 1", "answer".*$', re.MULTILINE)


def make_benchmark(
    roles: Sequence[str] = ("Coriolanus",), *, general: int = 2, specific: int = 3, name: str = "RoleBench"
) -> Benchmark:
    """Store a benchmark with so many test rows of each part for each role, the general ones the same for all, and a training
    row of each part. The roles are described characters."""
    for role in roles:
        make_character(role, rounds=0, description=f"You are {role}.")
    benchmark = Benchmark.objects.create(name=name)
    rows: list[dict[str, Any]] = [{"role": role, **row} for role in roles for row in _rows(role, general, specific)]
    BenchmarkRow.objects.bulk_create(
        BenchmarkRow(benchmark=benchmark, split="instruction", position=position, **row)
        for position, row in enumerate(rows)
    )
    return benchmark


def _rows(role: str, general: int, specific: int) -> list[dict[str, Any]]:
    named = [(f"Name {n} rivers.", "Tiber.") for n in range(general)]
    asked = [(f" {role}, what of {n}?", f"{n}, fine curs!") for n in range(specific)]
    return [
        *(_row("general", "test", *each) for each in named),
        *(_row("role_specific", "test", *each) for each in asked),
        _row("general", "train", "Name a town.", "Rome."),
        _row("role_specific", "train", f"{role}, who are you?", "A soldier."),
    ]


def _row(part: str, use: str, question: str, reference: str) -> dict[str, Any]:
    return {"part": part, "use": use, "question": question, "references": [reference]}


def make_answers(
    benchmark: Benchmark, name: str = BASELINE, text: str = "so-so", *, rows: int | None = None
) -> AnswerSet:
    """Store answers to all test rows, or to the first ``rows``; each consists of ``text`` and the number of its row."""
    answer_set = AnswerSet.objects.create(benchmark=benchmark, name=name, state=AnswerSet.State.FINISHED)
    tests = benchmark.rows.filter(use="test").order_by("position")[:rows]
    Answer.objects.bulk_create(
        Answer(
            answer_set=answer_set,
            row=row,
            raw=f"{text} {row.position}",
            text=f"{text} {row.position}",
            scores=scores_of(f"{text} {row.position}", row, "en"),
            finished_at=timezone.now(),
        )
        for row in tests
    )
    return answer_set


class ContentJudge(ScriptedModel):
    """Prefers the answer that contains the earlier one of the words ``order``, wherever it is shown; without any, a tie."""

    def __init__(self, *order: str) -> None:
        super().__init__([FIRST])
        self._order = order

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        found = _ANSWERS.search(messages[-1].content)
        assert found
        marks = [self._mark(each["answer"]) for each in json.loads(found[0])]
        ranks = [1 + sum(other < mark for other in marks) for mark in marks]
        said = [
            {"model": f"Model {n}", "reason": f"Mark {mark}.", "rank": rank}
            for n, (mark, rank) in enumerate(zip(marks, ranks, strict=True), start=1)
        ]
        yield (text := json.dumps(said))
        yield Reply(text, "stop", 900, 60, 0.01, 0.02)

    def _mark(self, answer: str) -> int:
        return next((n for n, word in enumerate(self._order) if word in answer), len(self._order))


def request(benchmark: Benchmark, *sets: str, judge: str = "firster", **fields: Any) -> Judging:
    """Request that all ``sets`` be compared with the baseline, or as ``fields`` say."""
    fields = {"baseline": BASELINE} | fields
    return requests.request_judging(benchmark, JudgingRequest(judge, sets, **fields), MODELS_FILE)


def make_worker(model: ChatModel | None = None, models_file: Path = MODELS_FILE, **fields: Any) -> JudgingWorker:
    """A worker for which every name is this model, with a tick of a fiftieth of a second."""
    judging = model or ScriptedModel([FIRST])
    return JudgingWorker(models_file, lambda _spec: judging, **{"tick": 0.02} | fields)


def run(judging: Judging, model: ChatModel | None = None, **fields: Any) -> Judging:
    """Start the judging, let a worker do what is missing, and return the judging."""
    RANKINGS.start(judging)
    async_to_sync(make_worker(model, **fields).work_off)(judging.rankings.all())
    judging.refresh_from_db()
    return judging


def refusing(error: BackendError) -> list[str | BackendError]:
    """Replies of a model that always fails."""
    return [*[error] * 99, FIRST]

"""Benchmarks with stored characters, and workers that let scripted models answer them."""

from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync

from characters.benchmarks.answer_requests import ANSWERS, AnswerRequest, request_answers
from characters.benchmarks.loading import load_path
from characters.benchmarks.workers import AnswerWorker
from characters.models import AnswerSet, Benchmark
from dialogue.backends.base import ChatModel
from dialogue.backends.scripted import load
from tests.factories import make_character
from tests.rolellm.references import DATA

MODELS_FILE = Path(__file__).parents[2] / "data" / "benchmark_models.toml"
ROLE_SPLIT = DATA / "rolebench-eng" / "role-generalization"


def make_benchmark(**fields: Any) -> Benchmark:
    """Store the sample of the role split (30 rows of Coriolanus and 30 of Jack Sparrow in each part), and Coriolanus."""
    make_character(**fields)
    return load_path(ROLE_SPLIT, "roles")


def request(benchmark: Benchmark, models_file: Path = MODELS_FILE, **fields: Any) -> AnswerSet:
    """Request answers of Coriolanus."""
    values: dict[str, Any] = {"model": "actor", "elicitation": "dialogue", "rows": 4, "roles": ("Coriolanus",)} | fields
    return request_answers(benchmark, AnswerRequest(**values), models_file)


def make_worker(model: ChatModel | None = None, models_file: Path = MODELS_FILE, **fields: Any) -> AnswerWorker:
    """A worker for which every model is ``model``, or the script of the models file."""
    return AnswerWorker(models_file=models_file, open_model=lambda spec: model or load(spec), **{"tick": 0.02} | fields)


def work_off(answer_set: AnswerSet, worker: AnswerWorker | None = None) -> AnswerSet:
    ANSWERS.start(answer_set)
    async_to_sync((worker or make_worker()).work_off)(ANSWERS.items_of(answer_set))
    answer_set.refresh_from_db()
    return answer_set

"""``manage.py rolebench answer``."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from characters import tasks
from characters.benchmarks.answer_requests import ANSWERS
from characters.models import Answer, AnswerSet
from tests.characters.benchmarks.answers import MODELS_FILE, make_benchmark
from tests.embedded_model import write_models

pytestmark = pytest.mark.django_db


@pytest.fixture
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def answer(*options: str, model: str = "actor") -> str:
    out = StringIO()
    words = ["--model", model, "--elicitation", "dialogue", "--roles", "Coriolanus", *options]
    call_command("rolebench", "answer", "roles", *words, stdout=out)
    return out.getvalue()


def refusal(*options: str, **fields: str) -> str:
    with pytest.raises(CommandError) as caught:
        answer(*options, **fields)
    assert caught.value.returncode == 2
    return str(caught.value)


@pytest.mark.usefixtures("scripted")
def test_it_answers_and_prints_scores_beside_the_papers() -> None:
    make_benchmark()
    said = answer("--rows", "5")
    assert said.startswith("actor, dialogue: 5 of 5 answers\n")
    assert "table 5" in said
    assert "RoleGPT (published)" not in said
    found: dict[str, Any] = json.loads(answer("--rows", "5", "--json"))
    assert (found["wanted"], found["finished"], found["empty"]) == (5, 5, 0)
    [scores] = found["scores"]["role"]["answer_sets"]
    assert scores["name"] == "actor, dialogue"
    assert Answer.objects.filter(answer_set__model="actor").count() == 5


@pytest.mark.usefixtures("scripted")
def test_queued_answers_are_found_by_the_workers_task() -> None:
    make_benchmark()
    said = answer("--rows", "3", "--queue", "--name", "later")
    assert "Queued: 3 answers." in said
    answer_set = AnswerSet.objects.get(name="later")
    assert answer_set.is_queued
    assert ANSWERS.task == tasks.answer.name


@pytest.mark.usefixtures("scripted")
def test_what_cannot_be_done_is_refused_in_a_sentence() -> None:
    make_benchmark()
    assert "There is no model 'nobody'" in refusal(model="nobody")
    assert "Omit --json" in refusal("--queue", "--json")
    assert "--concurrency must be at least 1" in refusal("--concurrency", "0")
    assert "has no replies" in refusal("--rows", "2", model="broken")
    with pytest.raises(CommandError, match="There is no benchmark 'other'"):
        call_command("rolebench", "answer", "other", "--model", "actor", "--elicitation", "dialogue")


def test_the_embedded_model_answers_in_all_elicitations(settings: Settings, tmp_path: Path) -> None:
    settings.MODELS_FILE = write_models(tmp_path)
    make_benchmark()
    for elicitation in ("zero-shot", "few-shot", "dialogue"):
        answer("--rows", "2", "--max-tokens", "12", "--elicitation", elicitation, "--queue", model="tiny")
    tasks.answer()  # loads the model once for all
    answers = Answer.objects.filter(answer_set__model="tiny")
    assert answers.exclude(finished_at=None).count() == 6
    assert not answers.filter(fault="unanswered").exists()
    assert all(answer.completion_tokens and answer.prompt_tokens for answer in answers)
    assert AnswerSet.objects.get(elicitation="dialogue").provenance

"""``manage.py characters instruct``."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from characters import tasks
from characters.models import ContextInstruct, InstructCall, Triplet
from tests.characters.context_instruct.servers import AuthorServer
from tests.dialogue.backends.servers import Failure
from tests.factories import make_character

pytestmark = pytest.mark.django_db


def instruct(*options: str, name: str = "Coriolanus", model: str = "author") -> tuple[str, str]:
    """Return what the command writes to stdout and to stderr."""
    out, err = StringIO(), StringIO()
    call_command("characters", "instruct", name, "--model", model, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def counted(*options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(instruct(*options, "--json")[0])
    return found


def refusal(*options: str, **fields: str) -> str:
    with pytest.raises(CommandError) as caught:
        instruct(*options, **fields)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_it_prints_the_funnel_beside_the_papers_and_repeated_asks_nothing_again(author: AuthorServer) -> None:
    make_character()
    found = counted("--wanted", "220")
    assert found["candidates"] == Triplet.objects.count() >= 220
    assert found["calls"] == InstructCall.objects.count() == len(author.requests)
    assert found["candidates"] == found["low"] + found["repeats"] + found["duplicates"] + found["kept"]
    assert found["low_share"] == found["low"] / found["candidates"]
    assert found["paper"] == {"low_share": 0.3, "duplicate_share": 0.66}
    said, _ = instruct("--wanted", "220")
    assert f"Kept for training: {found['kept']}. Test questions: {found['test_questions']}." in said
    assert "(paper: 30%)" in said and "(paper: 66%)" in said
    assert len(author.requests) == found["calls"]


def test_another_threshold_selects_again_without_the_model(author: AuthorServer) -> None:
    make_character()
    first = counted("--wanted", "1")
    asked = len(author.requests)
    loose = counted("--wanted", "1", "--duplicate", "0.95")
    assert loose["kept"] > first["kept"]
    assert (loose["threshold"], len(author.requests)) == (0.95, asked)
    assert counted("--wanted", "1") == loose


def test_queued_calls_are_made_by_a_worker(author: AuthorServer) -> None:
    make_character()
    said, told = instruct("--wanted", "1", "--queue")
    planned = InstructCall.objects.count()
    assert said == "" and f"Queued: {planned} calls." in told
    assert "No worker serves author" in told
    tasks.instruct()
    assert ContextInstruct.objects.get().state == ContextInstruct.State.FINISHED
    assert Triplet.objects.exclude(split="").exists()


def test_what_cannot_be_done_is_refused_in_a_sentence(author: AuthorServer) -> None:
    assert "There is no character 'Coriolanus'" in refusal()
    character = make_character(description="")
    assert "Coriolanus has no description" in refusal()
    character.description = "You are proud."
    character.save()
    assert "There is no model 'nobody'" in refusal(model="nobody")
    assert "--concurrency must be at least 1" in refusal("--concurrency", "0")
    assert "Omit --json" in refusal("--queue", "--json")
    assert "1 to 10,000 triplets" in refusal("--wanted", "0")
    assert "above 0 and up to 1" in refusal("--duplicate", "2")
    assert not ContextInstruct.objects.exists() and not author.requests


def test_a_provider_that_refuses_ends_the_command_with_its_reason_and_the_next_one_continues(
    author: AuthorServer,
) -> None:
    make_character()
    author.answers, author.outage = 3, Failure(401, "invalid_api_key", "Incorrect API key.")
    assert "Incorrect API key" in refusal("--wanted", "1", "--concurrency", "1")
    done = InstructCall.objects.exclude(finished_at=None).count()
    author.outage = None
    assert counted("--wanted", "1")["calls"] == InstructCall.objects.count()
    assert (done, sum(author.completed.values())) == (3, InstructCall.objects.count())


def test_it_says_that_a_model_made_fewer_triplets_than_wanted(author: AuthorServer) -> None:
    make_character()
    said, _ = instruct("--wanted", "9000")
    assert "of 9,000 triplets were made, and no further calls are allowed" in said

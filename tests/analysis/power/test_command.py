"""``manage.py power``."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

SMALL = {"evaluators": [6], "pairs": 12, "studies": 6, "processes": 1}


def power(*arguments: str, **options: Any) -> str:
    """Return the output of the command."""
    printed = StringIO()
    call_command("power", *arguments, stdout=printed, stderr=StringIO(), **(SMALL | options))
    return printed.getvalue()


@pytest.mark.usefixtures("without_processes")
def test_every_pair_of_models_is_described_in_words() -> None:
    printed = power("--rate", "mixtral=0.5", "--rate", "vicuna=0.9").splitlines()
    assert (
        printed[0] == "6 evaluators with 12 pairs each: share of 6 studies that find a difference, ± Monte Carlo error"
    )
    assert printed[1].startswith("Any difference between the models: ")
    assert printed[2].startswith("mixtral and vicuna: ")


@pytest.mark.usefixtures("without_processes")
def test_the_papers_rates_are_assumed_without_others_and_a_seed_repeats() -> None:
    first, second = (json.loads(power("--json")) for _ in range(2))
    assert first == second
    [size] = first["found"]
    assert (size["evaluators"], size["studies"], len(size["contrasts"])) == (6, 6, 6)
    assert {"GPT4", "Llama-2", "Mixtral", "Vicuna"} == {one[side] for one in size["contrasts"] for side in "ab"}


def test_several_sizes_are_reported_one_after_the_other() -> None:
    printed = power("--rate", "a=0.5", "--rate", "b=0.9", evaluators=[8, 4], studies=2).split("\n\n")
    assert [size.partition(" with")[0] for size in printed] == ["4 evaluators", "8 evaluators"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rate", "mixtral"], "'mixtral' is not a rate. Write MODEL=RATE"),
        (["--rate", "=0.5"], "'=0.5' is not a rate"),
        (["--rate", "mixtral=often"], "is not a rate"),
        (["--rate", "mixtral=0.5"], "at least two models"),
        (["--rate", "a=0.5", "--rate", "b=1.5"], "The rate of b is 1.5"),
        (["--rate", "a=.5", "--rate", "b=.5", "--rate", "a=.6"], "a is listed twice"),
        (["--rate", "a=nan", "--rate", "b=0.5"], "The rate of a is nan"),
        (["--evaluator-sd", "nan"], "standard deviation"),
        (["--evaluators", "20", "100000"], "more than 20,000 judgements"),
        (["--studies", "0"], "between 1 and 2,000 studies"),
        (["--processes", "0"], "--processes must be at least 1"),
    ],
)
def test_an_impossible_plan_is_refused(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("power", *arguments, stderr=StringIO())

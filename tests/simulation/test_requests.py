"""Validation of requests before anything is changed."""

import pytest

from dialogue.answers import WITHHELD
from simulation.requests import RequestError, RunRequest, limit_features, parse_numbers

FEMALE = {"age": "25 to 34", "gender": "Female", "race": WITHHELD}


@pytest.mark.parametrize(
    ("text", "numbers"), [("1", (1,)), ("1,4", (1, 4)), (" 4 , 1 ", (4, 1)), ("1,4,1", (1, 4)), ("007", (7,))]
)
def test_numbers_are_read_in_order_without_repeats(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_numbers(text, "goals") == numbers


@pytest.mark.parametrize("text", ["", ",", "1,", "one", "1;4", "-1", "1.5", "٣", "1 4"])
def test_anything_but_numbers_is_refused_by_name(text: str) -> None:
    with pytest.raises(
        RequestError, match=r"^Enter goals as whole numbers separated by commas, for example 1,4\. You entered "
    ):
        parse_numbers(text, "goals")


@pytest.mark.parametrize("digits", [19, 5000])
def test_a_number_that_not_every_database_can_store_is_refused(digits: int) -> None:
    with pytest.raises(RequestError, match=r"^Enter seeds of at most 18 digits\. You entered '9{19,100}'\.$"):
        parse_numbers("9" * digits, "seeds")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"seeds": ()}, "Enter at least one seed, as whole numbers from 0"),
        ({"seeds": (73, -1)}, "Enter at least one seed, as whole numbers from 0"),
        ({"seeds": (2**63,)}, "A seed may be at most 9223372036854775807. Enter a smaller one."),
        ({"max_turns": 0}, "The turn limit must be between 1 and 100."),
        ({"max_turns": 101}, "The turn limit must be between 1 and 100."),
        (
            {"personas": "some"},
            "Unknown personas 'some'. Choose all, listed, participants, characters or a number from 1.",
        ),
        ({"personas": "0"}, "Unknown personas '0'"),
        ({"personas": "-3"}, "Unknown personas '-3'"),
        ({"personas": "9" * 30}, "Unknown personas '999"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_one_sentence(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        RunRequest("asker", "answerer", **fields)  # type: ignore[arg-type]
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


def test_the_defaults_are_the_papers() -> None:
    request = RunRequest("asker", "answerer")
    assert (request.goals, request.personas, request.features) == (None, "all", "all")
    assert (request.seeds, request.max_turns) == ((73,), 12)


@pytest.mark.parametrize(
    ("allowed", "left"),
    [("all", FEMALE), ("none", {}), ("gender", {"gender": "Female"}), ("race", {}), ("education", {})],
)
def test_only_allowed_features_with_an_answer_remain(allowed: str, left: dict[str, str]) -> None:
    assert limit_features(FEMALE, allowed) == left

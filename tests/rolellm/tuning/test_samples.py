"""Rows as samples, and the order in which steps learn from them."""

import json

import pytest

from dialogue.messages import Message
from rolellm.elicitation import Character
from rolellm.pairs import Demonstrations, Pair
from rolellm.rolebench.rows import BenchRow, read_rows
from rolellm.tuning.order import Order, steps_per_epoch, total_steps, warm_up_steps
from rolellm.tuning.recipe import InvalidRecipe, Recipe
from rolellm.tuning.samples import NoSamples, Part, make_samples
from tests.rolellm.references import DATA

JACK = "Jack Sparrow"


@pytest.fixture
def pirate() -> Part:
    return Part(Character(JACK, "A pirate."), Demonstrations([Pair(0, "Where is the rum?", "Gone, love.")], "en"))


def test_every_reference_is_a_sample_with_the_zero_shot_instruction(pirate: Part) -> None:
    found = make_samples([BenchRow(JACK, " Who are you? \n", ("Captain Jack.", " The captain! "))], {JACK: pirate})
    assert [sample.response for sample in found.samples] == ["Captain Jack.", "The captain!"]
    system, question = found.samples[0].messages
    assert system.role == "system"
    assert system.content.startswith("You are Jack Sparrow, your description is: A pirate.")
    assert question == Message("user", "Who are you?")


def test_with_retrieval_a_roles_best_pairs_precede_the_question(pirate: Part) -> None:
    found = make_samples([BenchRow(JACK, "Where is the rum?", ("Gone.",))], {JACK: pirate}, "retrieval")
    assert found.samples[0].messages[1:] == (
        Message("user", "Where is the rum?"),
        Message("assistant", "Gone, love."),
        Message("user", "Where is the rum?"),
    )


def test_rows_of_unknown_roles_and_empty_responses_are_counted(pirate: Part) -> None:
    rows = [
        BenchRow(JACK, "A?", ("Aye.", "  ")),
        BenchRow("Nobody", "B?", ("No.",)),
        BenchRow("Nobody", "C?", ("No.",)),
    ]
    found = make_samples(rows, {JACK: pirate})
    assert (len(found.samples), found.unknown_roles, found.empty_responses) == (1, {"Nobody": 2}, 1)
    assert found.roles == (JACK,)


def test_the_published_rows_give_a_sample_for_each_of_their_references() -> None:
    path = DATA / "rolebench-eng" / "role-generalization" / "general" / "test.jsonl"
    references = sum(len(json.loads(line)["generated"]) for line in path.read_text("utf-8").splitlines())
    rows = read_rows(path)
    parts = {row.role: Part(Character(row.role, "Somebody.")) for row in rows}
    assert len(make_samples(rows, parts).samples) == references > len(rows)


@pytest.mark.parametrize(
    ("rows", "variant", "sentence"),
    [
        ([], "system", "There are no rows to learn from."),
        ([BenchRow("Nobody", "A?", ("No.",))], "system", "no description is known for their roles ('Nobody')"),
        ([BenchRow("Plain", "A?", ("No.",))], "retrieval", "needs a profile of each role, and Plain has none"),
    ],
)
def test_nothing_to_learn_from_is_said(rows, variant, sentence, pirate: Part) -> None:
    with pytest.raises(NoSamples) as raised:
        make_samples(rows, {JACK: pirate, "Plain": Part(Character("Plain", "Nobody."))}, variant)
    assert sentence in str(raised.value)


def test_every_epoch_learns_from_each_sample_once_in_another_order() -> None:
    recipe = Recipe(batch=2, accumulation=2, epochs=2)
    order = Order(10, recipe)
    assert (steps_per_epoch(10, recipe), total_steps(10, recipe)) == (3, 6)
    first, second = ([number for step in steps for number in order.of_step(step)] for steps in (range(3), range(3, 6)))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert Order(10, recipe).of_step(4) == order.of_step(4)


def test_the_papers_schedule_warms_up_for_four_percent_of_the_steps() -> None:
    assert warm_up_steps(20_000, Recipe()) == total_steps(20_000, Recipe()) * 4 // 100 == 500


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"epochs": 0}, "The setting epochs is 0. Set it to 1 or more."),
        ({"rate": 0}, "The learning rate is 0. Set it above 0 and to at most 1."),
        ({"dropout": 1.0}, "The setting dropout is 1. Set it to at least 0 and below 1."),
        ({"modules": "all"}, "There is no modules 'all'. Choose from: q and v, all linear."),
    ],
)
def test_a_setting_out_of_range_is_refused(settings, sentence) -> None:
    with pytest.raises(InvalidRecipe, match=sentence.replace(".", r"\.")):
        Recipe(**settings)

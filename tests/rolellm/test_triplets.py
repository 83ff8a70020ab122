"""Triplets in a model's answers."""

import pytest

from rolellm.prompts import load
from rolellm.triplets import Triplet, parse

ANSWER = """Here are two questions.

**Question 1:** Coriolanus, why were you banished?
**Completeness:** High, it names the event.
**Response:** They cried it.
I banish you!

Question 2: Coriolanus, why are you angry?
Completeness: Low, angry about what?
Response: The tribunes."""


def test_question_confidence_and_answer_are_read_also_from_markdown_and_several_lines() -> None:
    parsed = parse(ANSWER, "script_based")
    assert parsed.malformed == ()
    assert parsed.triplets == (
        Triplet(
            "script_based",
            "Coriolanus, why were you banished?",
            "Completeness: High, it names the event.",
            "high",
            "They cried it.\nI banish you!",
        ),
        Triplet(
            "script_based",
            "Coriolanus, why are you angry?",
            "Completeness: Low, angry about what?",
            "low",
            "The tribunes.",
        ),
    )


@pytest.mark.parametrize(
    ("key", "origin", "language", "levels"),
    [
        ("context_instruct_script_agnostic", "script_agnostic", "en", "high low high low low"),
        ("context_instruct_script_agnostic", "script_agnostic", "zh", "high low high low high low"),
        ("context_instruct_script_based", "script_based", "en", "high low high"),
        ("context_instruct_script_based", "script_based", "zh", "high low low high low"),
    ],
)
def test_the_examples_of_the_papers_prompts_are_read(key, origin, language, levels) -> None:
    parsed = parse(load(key, language).messages[0].content, origin)
    assert [triplet.level for triplet in parsed.triplets] == levels.split()
    assert parsed.malformed == ()
    assert all(triplet.question and triplet.answer for triplet in parsed.triplets)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("I cannot help.", "no question"),
        ("Question 1: Why?\nResponse: So.", "no completeness"),
        ("Question 1: Why?\nCompleteness: High, clear.", "no response"),
        ("Question 1:\nCompleteness: High, clear.\nResponse: So.", "empty question"),
        ("Question 1: Why?\nCompleteness: High, clear.\nResponse:", "empty response"),
        ("Question 1: Why?\nCompleteness: Medium.\nResponse: So.", "neither high nor low"),
        ("Question 1: Why?\nFactualness: High, true.\nResponse: So.", "no completeness"),
    ],
)
def test_a_malformed_part_is_kept_with_its_reason_beside_the_good_ones(part, reason) -> None:
    assert [each.reason for each in parse(part, "script_based").malformed] == [reason]
    beside = parse(f"{ANSWER}\n{part}", "script_based")
    assert [each.reason for each in beside.malformed] == ([] if reason == "no question" else [reason])
    assert len(beside.triplets) == 2

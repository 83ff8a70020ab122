"""Reasons to drop a response."""

from collections import Counter

import pytest

from rolellm.cleaning import REASONS, faults, strip_name
from tests.rolellm.references import DATA, expected, read_lines


@pytest.mark.parametrize("file", expected()["cleaning"])
def test_the_published_files_have_the_reference_counts(file) -> None:
    found = [faults(text, row["role"]) for row in read_lines(DATA / file) for text in row["generated"]]
    counts = Counter(reason for reasons in found for reason in reasons)
    reference = dict(expected()["cleaning"][file])
    assert len(found) == reference.pop("responses")
    assert sum(map(bool, found)) == reference.pop("any")
    assert {reason: counts[reason] for reason in REASONS} == reference


@pytest.mark.parametrize(
    ("response", "reasons"),
    [
        ("Aye, savvy?", []),
        ("Aye, and then", ["incomplete"]),
        ("", ["incomplete"]),
        ("As an AI, I sail.", ["reveals a model"]),
        ("I'm just a language model.", ["reveals a model"]),
        ("作为一个人工智能，我没有剑。", ["reveals a model"]),
        ("*Jack Sparrow : Aye.", ["begins with the role name"]),
        ("JACK SPARROW：Aye", ["incomplete", "begins with the role name"]),
        ("I'm afraid I won't tell.", ["refuses"]),
        ("I cannot say.", ["refuses"]),
        ("很抱歉，这个问题我无法回答。", ["refuses"]),
        ("朕不能回答这个问题。", ["refuses"]),
        ("Being an aide is hard.", []),
        ("Well, I cannot say.", []),
    ],
)
def test_each_fault_is_found_by_its_name(response, reasons) -> None:
    assert faults(response, "Jack Sparrow") == reasons


def test_a_machine_may_say_what_it_is() -> None:
    assert faults("I am an AI.", "HAL 9000", is_machine=True) == []


def test_the_name_before_an_answer_is_stripped_and_nothing_else() -> None:
    assert strip_name(" Jack Sparrow: Aye.", "Jack Sparrow") == "Aye."
    assert strip_name("John Doe (C.): Aye.", "John Doe (C.)") == "Aye."
    assert strip_name("Jack Sparrow sails: aye.", "Jack Sparrow") == "Jack Sparrow sails: aye."

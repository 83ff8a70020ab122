"""Known pairs: the built-in ones are easy, and a researcher's own are checked."""

import json
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from dialogue.personas import describe, load_questionnaire
from evaluation.answers import available_numbers
from evaluation.models import Choice, Evaluation, Pair
from evaluation.planning.known_pairs import (
    KnownPair,
    check_known_pairs,
    known_pairs_of,
    shipped_pairs,
    why_english_pairs,
)
from evaluation.reading import in_third_person, read_pair
from studies.languages import ENGLISH, TRANSLATED
from studies.models import Study
from tests.evaluation.factories import KNOWN

TRAINING = KNOWN | {"role": "training"}
CHECK = {key: value for key, value in KNOWN.items() if key != "feedback"} | {"role": "check"}
REVEALS = (
    "Pair 1 must have 'reveals', if any, as a list of utterance numbers of the simulated dialogue, counted from 1."
)
KEYS = "role, goal, persona, natural, simulated, feedback, reveals"
LIST = f"The training pairs and attention checks must be a list of at most 100 pairs, each with the keys {KEYS}."
TEXT = "a string of at most 20000 characters."
TURNS = "Pair 1 must have 'natural': 1 to 50 turns, each a list of a prompt and its answer."


def test_the_usual_pairs_are_enough_to_begin_with_and_pass_their_own_check() -> None:
    evaluation = Evaluation()
    assert len(known_pairs_of(evaluation, "training")) == 4
    assert len(known_pairs_of(evaluation, "check")) == 6


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_usual_pairs_are_the_same_in_each_language_and_pass_their_own_check(language: str) -> None:
    pairs = shipped_pairs(language)
    check_known_pairs(json.loads(json.dumps(pairs)))
    assert list(map(shape, pairs)) == list(map(shape, shipped_pairs()))
    assert {pair["goal"] for pair in pairs}.isdisjoint(pair["goal"] for pair in shipped_pairs() if language != ENGLISH)


def shape(pair: KnownPair) -> tuple[object, ...]:
    """Return what a translation must not change."""
    return pair["role"], len(pair["natural"]), len(pair["simulated"]), pair.get("reveals")


def test_an_evaluation_uses_the_pairs_in_its_studys_language() -> None:
    def goals(language: str) -> list[str]:
        evaluation = Evaluation(study=Study(pk=1, language=language))
        return [pair["goal"] for pair in known_pairs_of(evaluation, "training")]

    assert goals("de")[0].startswith("Sie möchten zum ersten Mal Brot backen.")
    assert goals("zh-hans")[0].startswith("您想第一次自己烤面包。")
    assert goals("ar") == goals("en-gb")
    assert why_english_pairs("ar").startswith("There are no built-in pairs in Arabic, so upload your own")
    assert not any(map(why_english_pairs, TRANSLATED))


@pytest.mark.parametrize("known", shipped_pairs(), ids=lambda known: known["goal"][:40])
def test_a_usual_pair_reads_like_any_other(known: KnownPair) -> None:
    reading = read_pair(Pair(evaluation=Evaluation(), role=known["role"], known=known), is_natural_first=True)
    assert reading.goal.startswith(("You ", "Every "))
    assert reading.persona in {in_third_person(one) for one in form_sentences()}
    assert all(turn.prompt and turn.answer for turn in (*reading.first, *reading.second))
    assert len(available_numbers(reading, Choice.SECOND)) in (1, 2, 3)


def test_feedback_of_training_names_the_utterance_and_no_side() -> None:
    for known in known_pairs_of(Evaluation(), "training"):
        assert "utterance" in known["feedback"].lower()
        assert not any(side in known["feedback"].lower() for side in ("1st", "2nd", "first", "second", "left", "right"))


def test_an_evaluations_own_pairs_replace_the_usual_ones() -> None:
    evaluation = Evaluation(known_pairs=[TRAINING])
    assert known_pairs_of(evaluation, "training") == [TRAINING]
    assert known_pairs_of(evaluation, "check") == []


@pytest.mark.parametrize("value", [[], [TRAINING], [CHECK], [CHECK | {"feedback": ""}], [TRAINING, CHECK] * 50])
def test_whole_pairs_are_taken(value: Any) -> None:
    check_known_pairs(value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({}, LIST),
        ([CHECK] * 101, LIST),
        (["text"], f"Pair 1 must be an object with the keys {KEYS}."),
        ([CHECK | {"role": "main"}], 'Pair 1 must have the role "training" or "check".'),
        ([CHECK | {"role": ["check"]}], 'Pair 1 must have the role "training" or "check".'),
        ([CHECK | {"goal": " "}], f"Pair 1 must have 'goal': {TEXT}"),
        ([CHECK | {"goal": "\u200b"}], f"Pair 1 must have 'goal': {TEXT}"),
        ([CHECK | {"goal": "one half of a pair: \ud83d"}], f"Pair 1 must have 'goal': {TEXT}"),
        ([CHECK | {"goal": "NUL: \x00"}], f"Pair 1 must have 'goal': {TEXT}"),
        ([CHECK | {"natural": [["Hi?", "\u200b"]]}], TURNS),
        ([CHECK | {"persona": 7}], f"Pair 1 must have 'persona': {TEXT}"),
        ([TRAINING | {"feedback": ""}], f"Pair 1 must have 'feedback': {TEXT}"),
        ([CHECK | {"feedback": 7}], f"Pair 1 must have 'feedback': {TEXT}"),
        ([CHECK | {"reveals": [2]}], REVEALS),
        ([CHECK | {"natural": []}], TURNS),
        ([CHECK | {"natural": [["Hi?"]]}], TURNS),
        ([CHECK | {"natural": ["ab"]}], TURNS),
        ([CHECK | {"natural": [["Hi?", ""]]}], TURNS),
        ([CHECK | {"natural": [["Hi?", "Hello."]] * 51}], TURNS),
        ([CHECK | {"natural": [["Hi?", "x" * 20_001]]}], TURNS),
        ([CHECK | {"anser": "1st"}], f"Pair 1 has an unknown key 'anser'. Known keys are {KEYS}."),
    ],
)
def test_a_fault_is_named_in_a_sentence(value: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_known_pairs(value)
    assert refused.value.messages == [sentence]


def test_every_fault_is_named() -> None:
    with pytest.raises(ValidationError) as refused:
        check_known_pairs([CHECK, CHECK | {"goal": "", "simulated": None}, {}])
    assert [message[:6] for message in refused.value.messages] == ["Pair 2"] * 2 + ["Pair 3"] * 5


def form_sentences() -> set[str]:
    """All personas that the paper's form can make."""
    features = load_questionnaire()
    answers = product(*(feature.options for feature in features))
    return {describe(dict(zip((feature.key for feature in features), chosen, strict=True))) for chosen in answers}

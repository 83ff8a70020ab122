"""Which answers can be given about a pair: the first dialogue has two utterances here, the second four."""

import pytest

from evaluation.answers import Answer, Unanswerable, available_numbers, check_draft, check_whole, is_detected
from evaluation.models import Choice
from evaluation.reading import Reading, ReadTurn


def turns(count: int) -> tuple[ReadTurn, ...]:
    return tuple(ReadTurn(number, "Why?", "Because.") for number in range(1, count + 1))


READING = Reading("a goal", "a persona", turns(2), turns(4))


@pytest.mark.parametrize(("choice", "last"), [("first", 2), ("second", 4), ("not_sure", 4)])
def test_the_numbers_are_those_of_the_chosen_dialogue(choice: str, last: int) -> None:
    assert available_numbers(READING, choice) == range(1, last + 1)
    check_whole(Answer(choice, "confident", last), READING)
    with pytest.raises(Unanswerable, match=f"There is no utterance {last + 1}. Please choose one from 1 to {last}"):
        check_whole(Answer(choice, "confident", last + 1), READING)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer("second"),
        Answer(utterance_number=4),
        Answer(utterance_number=2, utterance_side="first", utterance_bubble="answer"),
        Answer("not_sure", utterance_number=4, utterance_side="second", utterance_bubble="prompt"),
        Answer("first", "very confident", 0),
    ],
)
def test_a_draft_may_lack_anything(answer: Answer) -> None:
    check_draft(answer, READING)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer("third"), "Please say which dialogue is artificial"),
        (Answer("first", "absolutely"), "how confident"),
        (Answer("first", utterance_number=-1), "There is no utterance -1"),
        (Answer("not_sure", utterance_number=3, utterance_side="first"), "There is no utterance 3"),
        (
            Answer("first", utterance_number=1, utterance_side="second"),
            "other dialogue. Please choose one in the 1st dialogue",
        ),
        (Answer("first", utterance_number=1, utterance_side="third"), "which utterance"),
        (Answer("first", utterance_number=1, utterance_bubble="name"), "which utterance"),
    ],
)
def test_what_cannot_be_about_the_pair_is_refused_in_words(answer: Answer, sentence: str) -> None:
    with pytest.raises(Unanswerable, match=sentence):
        check_draft(answer, READING)


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(Unanswerable) as refused:
        check_whole(Answer(), READING)
    assert len(refused.value.sentences) == 3
    with pytest.raises(Unanswerable) as refused:
        check_whole(Answer("first", "confident"), READING)
    assert refused.value.sentences == (
        "Please say which utterance reveals that the dialogue is artificial, or that no single one does.",
    )


@pytest.mark.parametrize(
    ("choice", "is_natural_first", "expected"),
    [
        (Choice.FIRST, False, True),
        (Choice.SECOND, False, False),
        (Choice.FIRST, True, False),
        (Choice.SECOND, True, True),
        (Choice.NOT_SURE, True, False),
        (Choice.NOT_SURE, False, False),
    ],
)
def test_only_the_artificial_side_is_a_detection(choice: Choice, is_natural_first: bool, expected: bool) -> None:
    assert is_detected(choice, is_natural_first) is expected

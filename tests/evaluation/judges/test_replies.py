"""Valid answers of model judges."""

import pytest

from evaluation.answers import Answer, Unanswerable
from evaluation.judges.replies import NO_OBJECT, read_reply
from tests.evaluation.judges.scripts import READING, SECOND

ANSWER = Answer("second", "confident", 1, "second")


@pytest.mark.parametrize(
    "text",
    [
        SECOND,
        f"```json\n{SECOND}\n```",
        f"I read {{both}} dialogues with care. My answer:\n{SECOND}\nI hope that this helps.",
        '{"utterance": "1", "choice": "2ND", "confidence": " Confident ", "reason": "It is polite."}',
        f'{{"choice": "1st", "confidence": "confident", "utterance": 2}} No, wait: {SECOND}',
        f'{{"thoughts": {{"first": "human"}}}} {SECOND}',
        f'{{"choice": "1st", {SECOND}',
    ],
)
def test_an_answer_is_found_in_any_surrounding_text(text: str) -> None:
    assert read_reply(text, READING) == ANSWER


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            '{"choice": "1st", "confidence": "very confident", "utterance": 2}',
            Answer("first", "very confident", 2, "first"),
        ),
        ('{"choice": "1st", "confidence": "confident", "utterance": 0}', Answer("first", "confident", 0)),
        (
            '{"choice": "not sure", "confidence": "somewhat confident", "utterance": 2}',
            Answer("not_sure", "somewhat confident", 2),
        ),
    ],
)
def test_it_says_what_people_can_say(text: str, answer: Answer) -> None:
    assert read_reply(text, READING) == answer


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NO_OBJECT),
        ("The 2nd one.", NO_OBJECT),
        ('{"choice": "2nd"', NO_OBJECT),
        ("[" * 5000 + '{"choice":' * 5000, NO_OBJECT),
        ('{"answer": "2nd"}', NO_OBJECT),
        ('{"choice": "both", "confidence": "confident", "utterance": 1}', "The choice must be"),
        ('{"choice": 2, "confidence": "confident", "utterance": 1}', "The choice must be"),
        ('{"choice": "2nd", "confidence": "0.9", "utterance": 1}', "The confidence must be"),
        ('{"choice": "2nd", "utterance": 1}', "The confidence must be"),
        ('{"choice": "2nd", "confidence": "confident"}', "The utterance must be"),
        ('{"choice": "2nd", "confidence": "confident", "utterance": true}', "The utterance must be"),
        ('{"choice": "2nd", "confidence": "confident", "utterance": -1}', "The utterance must be"),
        ('{"choice": "2nd", "confidence": "confident", "utterance": "the first"}', "The utterance must be"),
        ('{"choice": "2nd", "confidence": "confident", "utterance": 2}', "There is no utterance 2"),
        ('{"choice": "both"}', "The confidence must be"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str, problem: str) -> None:
    with pytest.raises(Unanswerable) as caught:
        read_reply(text, READING)
    assert problem in str(caught.value)

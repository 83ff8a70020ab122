"""Reading a judge's scores: what is exact is read, whatever surrounds it, and everything else has a reason."""

import json

import pytest

from rolellm.turn_judging.scores import Scores, UnreadableScores, read_scores

GIVEN = {"reason": 'He says "curs".', "style": 4, "knowledge": 2}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GIVEN),
        f"```json\n{json.dumps(GIVEN, indent=2)}\n```",
        f"I think {{of Rome}}. First {{'style': 1}}, then {json.dumps(GIVEN)} I hope this helps.",
        f"{json.dumps({'style': 1, 'knowledge': 1})} No, rather: {json.dumps(GIVEN)}",
        json.dumps(GIVEN | {"style": "4", "knowledge": 2.0}),
    ],
)
def test_scores_are_read_in_any_surroundings(text: str) -> None:
    assert read_scores(text) == Scores(4, 2, 'He says "curs".')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "It contains no JSON object with the scores."),
        ("Style 4, knowledge 2.", "It contains no JSON object with the scores."),
        ("[4, 2]", "It contains no JSON object with the scores."),
        ('{"style": 4}', "The score 'knowledge' is missing."),
        ('{"style": 0, "knowledge": 2}', "The score 'style' must be a whole number from 1 to 5."),
        ('{"style": 4, "knowledge": 6}', "The score 'knowledge' must be a whole number from 1 to 5."),
        ('{"style": 4.5, "knowledge": 2}', "The score 'style' must be a whole number from 1 to 5."),
        ('{"style": true, "knowledge": 2}', "The score 'style' must be a whole number from 1 to 5."),
        ('{"style": "²", "knowledge": 2}', "The score 'style' must be a whole number from 1 to 5."),
        ('{"style": ' + "9" * 5000 + ', "knowledge": 2}', "It contains no JSON object with the scores."),
        ('{"style":' * 5000, "It contains no JSON object with the scores."),
    ],
)
def test_any_other_answer_is_refused_with_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(UnreadableScores) as caught:
        read_scores(text)
    assert str(caught.value) == reason

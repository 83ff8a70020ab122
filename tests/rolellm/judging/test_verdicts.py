"""Reading a judge's ranking: what is exact is read, whatever surrounds it, and everything else has a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolellm.judging.questions import NAMES
from rolellm.judging.verdicts import UnreadableVerdict, Verdict, read_verdict

SECOND_WINS = [
    {"model": "Model 1", "reason": "It's flat.", "rank": 2},
    {"model": "Model 2", "reason": 'He says "curs".', "rank": 1},
]
READ = Verdict((2, 1), ("It's flat.", 'He says "curs".'))


def entries(*ranked: tuple[object, object]) -> str:
    return json.dumps([{"model": model, "reason": "Because.", "rank": rank} for model, rank in ranked])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(SECOND_WINS),
        repr(SECOND_WINS),
        f"```json\n{json.dumps(SECOND_WINS, indent=2)}\n```",
        f"```python\nrankings = {SECOND_WINS!r}\n```",
        f"First I [think] of [Rome].\nThe ranking is {json.dumps(SECOND_WINS)} I hope that this [helps].",
        f"Draft: {entries(('Model 1', 1), ('Model 2', 2))} No, rather: {json.dumps(SECOND_WINS)}",
        json.dumps({"rankings": SECOND_WINS}),
        json.dumps(SECOND_WINS).replace('"Model 1"', '"model_1"').replace('"Model 2"', "2"),
        json.dumps(SECOND_WINS).replace("2}", '"2"}').replace("1}", '"1"}'),
        json.dumps(list(reversed(SECOND_WINS))),
    ],
)
def test_a_ranking_is_read_in_any_surroundings(text: str) -> None:
    verdict = read_verdict(text, NAMES)
    assert (verdict, verdict.preference) == (READ, "second")


def test_a_line_break_within_a_reason_is_read() -> None:
    text = '[{"model": "Model 1", "reason": "One.\nTwo.", "rank": 1}, {"model": "Model 2", "reason": "", "rank": 2}]'
    assert read_verdict(text, NAMES).reasons == ("One.\nTwo.", "")


def test_chinese_names_of_models_are_read() -> None:
    assert read_verdict(entries(("模型2", 1), ("模型 1", 2)), NAMES).preference == "second"


def test_the_same_rank_for_both_is_a_tie() -> None:
    assert read_verdict(entries(("Model 1", 1), ("Model 2", 1)), NAMES).preference == "tie"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "It contains no list of rankings."),
        ("Model 2 is better.", "It contains no list of rankings."),
        ("[1, 2]", "It contains no list of rankings."),
        ('[{"model": "Model 1", "reason": "He says "curs".", "rank": 1}]', "It contains no list of rankings."),
        ("[" * 5000, "It contains no list of rankings."),
        ("[" * 300 + "]" * 300, "It contains no list of rankings."),
        (entries(("Model 1", 1), ("Model 1", 2)), "Model 1 is ranked twice."),
        (entries(("Model 1", 1), ("Model 2", 2), ("Model 2", 2)), "Model 2 is ranked twice."),
        (entries(("Model 2", 1)), "Model 1 is not ranked."),
        (entries(("Model 1", 1), ("Model 3", 2)), "There is no model 'Model 3'. The models are Model 1 and Model 2."),
        (entries(("Model 1", 1), ("<model-name>", 2)), "There is no model '<model-name>'."),
        (entries(("Model 1", 1), ("Model 2", 3)), "The rank of Model 2 must be a whole number from 1 to 2."),
        (entries(("Model 1", 0), ("Model 2", 1)), "The rank of Model 1 must be a whole number from 1 to 2."),
        (entries(("Model 1", True), ("Model 2", 2)), "The rank of Model 1 must be a whole number from 1 to 2."),
        (entries(("Model 1", 1.5), ("Model 2", 2)), "The rank of Model 1 must be a whole number from 1 to 2."),
        (entries(("Model 1", 2), ("Model 2", 2)), "No model has rank 1."),
        ('[{"model": "Model 1", "rank": 1}]', "Each entry needs model, reason and rank."),
        ('[{"model": "Model 1", "reason": "", "rank": 1}, "Model 2"]', "Each entry needs model, reason and rank."),
    ],
)
def test_everything_else_is_unreadable_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(UnreadableVerdict) as caught:
        read_verdict(text, NAMES)
    assert str(caught.value).startswith(reason)


@given(st.text(alphabet="[]{}\"':,12 Modelrankso\n", max_size=80))
def test_no_output_breaks_the_reading(text: str) -> None:
    try:
        assert set(read_verdict(text, NAMES).ranks) <= {1, 2}
    except UnreadableVerdict as unreadable:
        assert str(unreadable)

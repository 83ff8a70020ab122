"""``manage.py rolebench score``."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.rolellm.references import DATA, expected

ENGLISH = DATA / "rolebench-eng" / "instruction-generalization" / "role_specific"
ROLE_SPLIT = DATA / "rolebench-eng" / "role-generalization" / "role_specific"
CHINESE = DATA / "rolebench-zh" / "role_specific"


def score(folder, *options):
    files = ["--references", str(folder / "test.jsonl"), "--predictions", str(folder / "rolegpt_baseline.jsonl")]
    call_command("rolebench", "score", *files, *options)


def test_the_published_baseline_is_scored_in_both_definitions(capsys) -> None:
    score(ENGLISH, "--json")
    found = json.loads(capsys.readouterr().out)
    numbers = expected()["sample"]["english, instruction split, SPE"]
    assert found["as_published"] == pytest.approx(numbers["rouge"]["recall"]["max"], abs=1e-6)
    assert found["rouge_score_f_first"] == pytest.approx(numbers["rouge_score"]["f"]["first"], abs=1e-6)
    assert (found["rows"], found["unmatched_references"], found["unmatched_predictions"]) == (60, 0, 0)
    assert sum(role["rows"] for role in found["by_role"].values()) == 60


def test_the_chinese_baseline_is_scored_by_characters(capsys) -> None:
    score(CHINESE, "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["as_published"] == pytest.approx(0.247786, abs=1e-6)
    assert found["rouge_score_f_first"] == pytest.approx(0.23524, abs=1e-6)
    assert "single characters" in found["definitions"]["as_published"]
    assert "jieba" in found["definitions"]["rouge_score_f_first"]


def test_rows_without_a_prediction_are_counted_and_listed(capsys) -> None:
    score(ROLE_SPLIT, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["unmatched_references"], found["unmatched_predictions"]) == (30, 30, 0)
    assert len(found["rows_without_prediction"]) == 30
    score(ROLE_SPLIT)
    assert "Test rows without a prediction, left out: 30." in capsys.readouterr().out


def test_the_table_names_both_definitions_and_every_role(capsys) -> None:
    score(ENGLISH)
    said = capsys.readouterr().out
    assert "Sherlock Holmes" in said
    assert "rouge 1.0.1" in said
    assert "rouge-score 0.1.2" in said
    assert "0.3246" in said


def test_leaked_questions_are_counted_and_left_out_of_a_second_score(tmp_path, capsys) -> None:
    lines = (ENGLISH / "test.jsonl").read_text("utf-8").splitlines(keepends=True)
    training = tmp_path / "train.jsonl"
    training.write_text("".join(lines[:20]), "utf-8")
    score(ENGLISH, "--training", str(training), "--json")
    found = json.loads(capsys.readouterr().out)
    rows = expected()["sample"]["english, instruction split, SPE"]["per_row"]["rouge recall max"]
    assert (found["leaked"], found["without_leaked"]["rows"]) == (20, 40)
    assert found["without_leaked"]["as_published"] == pytest.approx(sum(rows[20:]) / 40, abs=1e-6)
    score(ENGLISH, "--training", str(training))
    assert "occur in the training rows: 20 of 60" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("predictions", "sentence"),
    [
        (None, "There is no file"),
        ("no json\n", "Line 1 of .* is not a RoleBench row"),
        (
            '{"role": "Jack", "question": "Who?", "generated": ["Me."]}\n',
            "No prediction in .* has the role and the question",
        ),
    ],
)
def test_predictions_that_cannot_be_scored_are_refused_in_one_sentence(tmp_path, predictions, sentence) -> None:
    path = tmp_path / "predictions.jsonl"
    if predictions is not None:
        path.write_text(predictions)
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("rolebench", "score", "--references", str(ENGLISH / "test.jsonl"), "--predictions", str(path))
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)

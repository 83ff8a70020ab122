"""Answers from files: another system's, with the rows to which they belong."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from characters.benchmarks.loading import load_path
from characters.models import AnswerSet, Benchmark
from tests.rolellm.references import DATA

pytestmark = pytest.mark.django_db
SPECIFIC = DATA / "rolebench-zh" / "role_specific"


@pytest.fixture
def benchmark() -> Benchmark:
    return load_path(SPECIFIC / "test.jsonl", "chinese")


def add(path: Path, *options: str, name: str = "theirs") -> str:
    out = StringIO()
    call_command("rolebench", "add", "chinese", str(path), "--answers", name, *options, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("benchmark")
def test_a_file_of_answers_is_scored_like_the_published_ones() -> None:
    assert add(SPECIFIC / "rolegpt_baseline.jsonl") == "theirs: 239 answers.\n"
    out = StringIO()
    call_command("rolebench", "score", "--benchmark", "chinese", "--json", stdout=out)
    [found] = json.loads(out.getvalue())["splits"]["instruction"]["answer_sets"]
    assert (found["name"], found["model"]) == ("theirs", "")
    assert found["SPE"]["as_published"] == pytest.approx(0.247786, abs=1e-6)


@pytest.mark.usefixtures("benchmark")
def test_what_has_no_partner_is_counted_and_listed(tmp_path: Path) -> None:
    lines = (SPECIFIC / "rolegpt_baseline.jsonl").read_text("utf-8").splitlines(keepends=True)
    strange = json.dumps({"role": "李白", "question": "?", "generated": ["好。"]}) + "\n"
    path = tmp_path / "answers.jsonl"
    path.write_text("".join([*lines[:10], lines[0], strange]), "utf-8")
    found = json.loads(add(path, "--json"))
    counts = [found[name] for name in ("rows", "matched", "repeated", "answers_without_row", "rows_without_answer")]
    assert counts == [12, 10, 1, 1, 229]
    assert found["listed_answers"] == [{"role": "李白", "question": "?"}]
    assert "Test rows without an answer: 229." in add(path, name="again")


@pytest.mark.usefixtures("benchmark")
def test_what_cannot_be_added_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"role": "李白", "question": "?", "generated": ["好。"]}\n', "utf-8")
    with pytest.raises(CommandError, match=r"No answer in .* has the role and the question"):
        add(path)
    path.write_text((SPECIFIC / "rolegpt_baseline.jsonl").read_text("utf-8") + "{\n", "utf-8")
    with pytest.raises(CommandError, match="Line 240"):
        add(path)
    assert not AnswerSet.objects.exists()
    add(SPECIFIC / "rolegpt_baseline.jsonl")
    with pytest.raises(CommandError, match="already"):
        add(SPECIFIC / "rolegpt_baseline.jsonl")

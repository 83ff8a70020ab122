"""General-instruction data: several answers, cleaned, as rows of RoleBench."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from characters.benchmarks.answer_requests import AnswerRequest, request_answers
from characters.benchmarks.general_data import export_general
from characters.benchmarks.loading import load_path
from characters.models import Answer, AnswerSet
from studies.models import AuditLine
from tests.characters.benchmarks.answers import MODELS_FILE, work_off
from tests.factories import make_character
from tests.rolellm.references import read_lines

pytestmark = pytest.mark.django_db
TEXTS = ["I banish you.", "I banish you.", "As an AI, I do.", "I cannot", "Coriolanus: No.", "The baseline"]
PLACE = Path("rolebench-eng") / "instruction-generalization" / "general"


@pytest.fixture
def answer_set(tmp_path: Path) -> AnswerSet:
    """Six answers to each of ten instructions; of the references to each, the first two are the same, and three have faults."""
    make_character()
    path = tmp_path / "instructions.jsonl"
    path.write_text(
        "".join(json.dumps({"question": f"What is {n}?", "answer": f"It is {n}."}) + "\n" for n in range(10))
    )
    benchmark = load_path(path, "mine", ["Coriolanus"])
    asked = AnswerRequest(model="actor", elicitation="zero-shot", samples=6)
    made = work_off(request_answers(benchmark, asked, MODELS_FILE))
    for sample, text in enumerate(TEXTS):
        fault = {2: "reveals a model", 3: "incomplete", 4: "begins with the role name"}.get(sample, "")
        Answer.objects.filter(answer_set=made, sample=sample).update(text=text, fault=fault)
    return made


def test_clean_distinct_answers_become_references_and_the_last_the_baseline(answer_set, tmp_path) -> None:
    written = export_general(answer_set, tmp_path / "data")
    rows = read_lines(tmp_path / "data" / PLACE / "train.jsonl") + read_lines(tmp_path / "data" / PLACE / "test.jsonl")
    assert all(row["generated"] == ["I banish you."] and row["role"] == "Coriolanus" for row in rows)
    baselines = read_lines(tmp_path / "data" / PLACE / "rolegpt_baseline.jsonl")
    assert [row["generated"] for row in baselines] == [["The baseline"]] * 10
    assert (written.train, written.test, written.references, written.baselines, written.repeated) == (8, 2, 10, 10, 10)
    assert written.dropped == {"reveals a model": 10, "incomplete": 10, "begins with the role name": 10}
    assert Answer.objects.filter(fault="reveals a model").count() == 10


def test_the_export_can_be_loaded_again_with_raw_answers(answer_set, tmp_path) -> None:
    export_general(answer_set, tmp_path / "data")
    again = load_path(tmp_path / "data", "again")
    assert again.rows.filter(use="test").count() == 2
    assert again.rows.get(question="What is 3?").raw_answers == ["It is 3."]
    assert not again.rows.filter(is_leaked=True).exists()
    assert again.answer_sets.get().answers.count() == 2


def test_a_row_without_a_clean_reference_is_left_out_and_counted(answer_set, tmp_path) -> None:
    Answer.objects.filter(row__question="What is 3?").update(fault="refuses")
    written = export_general(answer_set, tmp_path / "data")
    assert (written.train + written.test, written.without_reference) == (9, 1)


def test_the_command_counts_and_never_overwrites(answer_set, tmp_path) -> None:
    def export(*options: str, folder: str = "data", answers: str = "actor, zero-shot") -> str:
        out = StringIO()
        call_command("rolebench", "export", "mine", str(tmp_path / folder), "--answers", answers, *options, stdout=out)
        return out.getvalue()

    assert "8 training rows and 2 test rows with 10 references; 10 baselines." in (said := export())
    assert str(AuditLine.objects.latest("pk")) == "A command exported the answers of actor, zero-shot"
    assert "dropped, incomplete: 10" in said
    assert json.loads(export("--json", folder="other"))["dropped"]["incomplete"] == 10
    with pytest.raises(CommandError, match="exists already"):
        export()
    with pytest.raises(CommandError, match="has no answers named 'nothing'"):
        export(answers="nothing", folder="third")
    with pytest.raises(CommandError, match="share of test instructions"):
        export("--test-share", "1", folder="third")
    assert not (tmp_path / "third").exists()
    assert not list(tmp_path.glob("*.part"))


def test_the_stored_fault_is_the_rule_that_the_whole_answer_breaks(answer_set, tmp_path) -> None:
    fresh = request_answers(
        answer_set.benchmark, AnswerRequest(model="actor", elicitation="zero-shot", name="fresh"), MODELS_FILE
    )
    assert set(work_off(fresh).answers.values_list("fault", flat=True)) == {"begins with the role name"}

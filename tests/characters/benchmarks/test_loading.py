"""Loading benchmarks: RoleBench's folders whole or in part, exports, instructions, and what is refused."""

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from characters.models import Answer, Benchmark, BenchmarkRow
from tests.rolellm.references import DATA, read_lines

pytestmark = pytest.mark.django_db
ENGLISH, CHINESE = DATA / "rolebench-eng", DATA / "rolebench-zh"


def load(path: Path, *options: str, name: str = "RoleBench") -> Benchmark:
    call_command("rolebench", "load", str(path), "--name", name, *options, stdout=StringIO())
    return Benchmark.objects.get(name=name)


def refusal(path: Path, *options: str) -> str:
    with pytest.raises(CommandError) as caught:
        load(path, *options)
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    assert not Benchmark.objects.exists()
    return str(caught.value)


def file_of(benchmark: Benchmark, path: str) -> dict[str, object]:
    found: dict[str, object] = next(file for file in benchmark.files if file["path"] == path)
    return found


def test_a_published_folder_is_stored_with_exact_strings_in_the_order_of_its_files() -> None:
    benchmark = load(ENGLISH)
    assert (benchmark.language, benchmark.rows.count()) == ("en", 180)
    rows = benchmark.rows.filter(split="role", part="role_specific").order_by("position")
    lines = read_lines(ENGLISH / "role-generalization" / "role_specific" / "test.jsonl")
    assert [(row.role, row.question, row.references) for row in rows] == [
        (line["role"], line["question"], line["generated"]) for line in lines
    ]
    assert set(rows.values_list("use", flat=True)) == {"test"}
    assert rows[0].types == ["script_based"]


def test_missing_files_are_listed_and_unequal_rows_are_counted_and_listed() -> None:
    benchmark = load(ENGLISH)
    missing = [file["path"] for file in benchmark.files if file.get("is_missing")]
    assert "instruction-generalization/general/train.jsonl" in missing
    assert "role-generalization/general/rolegpt_baseline.jsonl" in missing
    assert len(missing) == 7
    answers = file_of(benchmark, "role-generalization/role_specific/rolegpt_baseline.jsonl")
    assert (answers["rows"], answers["matched"], answers["rows_without_answer"]) == (30, 30, 30)
    assert len(answers["listed_rows"]) == 20  # type: ignore[arg-type]


def test_published_answers_are_a_set_without_a_model_and_name_no_speaker() -> None:
    benchmark = load(ENGLISH)
    answer_set = benchmark.answer_sets.get()
    assert (answer_set.name, answer_set.model, answer_set.state) == ("RoleGPT (published)", "", "finished")
    assert answer_set.answers.count() == 90
    assert not [
        answer for answer in Answer.objects.select_related("row") if answer.text.startswith(answer.row.role + ":")
    ]


def test_questions_that_occur_in_training_are_marked(tmp_path: Path) -> None:
    folder = tmp_path / "rolebench-zh"
    shutil.copytree(CHINESE, folder)
    tests = read_lines(folder / "role_specific" / "test.jsonl")
    with (folder / "role_specific" / "train.jsonl").open("a") as file:
        for line in tests[:3]:
            file.write(json.dumps(line | {"role": "someone else", "question": f" {line['question'].strip()}\n"}) + "\n")
    benchmark = load(tmp_path)
    leaked = benchmark.rows.filter(part="role_specific", is_leaked=True).order_by("position")
    assert set(leaked.values_list("use", flat=True)) == {"test"}
    assert {row.question for row in leaked} >= {line["question"] for line in tests[:3]}
    assert file_of(benchmark, "rolebench-zh/role_specific/test.jsonl")["leaked"] == leaked.count()


def test_any_folder_within_the_published_one_can_be_loaded() -> None:
    benchmark = load(ENGLISH / "instruction-generalization" / "role_specific")
    assert (benchmark.rows.count(), benchmark.answer_sets.get().answers.count()) == (60, 60)
    assert [file["path"] for file in benchmark.files if file.get("is_missing")] == ["train.jsonl"]
    split = load(ENGLISH / "role-generalization", name="roles")
    assert set(split.rows.values_list("split", "part")) == {("role", "general"), ("role", "role_specific")}


def test_an_export_of_ones_own_needs_no_published_folder_names(tmp_path: Path) -> None:
    shutil.copy(CHINESE / "role_specific" / "test.jsonl", tmp_path / "test.jsonl")
    benchmark = load(tmp_path)
    assert (benchmark.language, benchmark.rows.count()) == ("zh", 239)
    assert set(benchmark.rows.values_list("split", "part", "use")) == {("instruction", "role_specific", "test")}
    assert [file["path"] for file in benchmark.files if file.get("is_missing")] == ["train.jsonl"]


def test_the_datasets_own_answers_are_stored_with_general_rows(tmp_path: Path) -> None:
    shutil.copytree(CHINESE, tmp_path / "rolebench-zh")
    rows = read_lines(CHINESE / "general" / "test.jsonl")
    (tmp_path / "instructions-zh").mkdir()
    raw = json.dumps({"instruction": rows[0]["question"].strip(), "answer": "那就是答案。"})
    (tmp_path / "instructions-zh" / "instructions-general.jsonl").write_text(raw)
    benchmark = load(tmp_path)
    with_raw = benchmark.rows.exclude(raw_answers=[])
    assert set(with_raw.values_list("part", flat=True)) == {"general"}
    assert rows[0]["question"] in with_raw.values_list("question", flat=True)
    assert with_raw[0].raw_answers == ["那就是答案。"]
    assert benchmark.files[-1]["content"] == "raw answers" or benchmark.files[-1].get("is_missing")


def test_bare_instructions_become_a_row_for_each_role(tmp_path: Path) -> None:
    path = tmp_path / "instructions.txt"
    path.write_text("Name three colours.\n\nWhat is rain?\n")
    benchmark = load(path, "--roles", "Coriolanus", "Menenius")
    rows = list(benchmark.rows.order_by("position").values_list("role", "question", "references", "part"))
    assert rows == [
        (role, question, [], "general")
        for question in ("Name three colours.", "What is rain?")
        for role in ("Coriolanus", "Menenius")
    ]
    objects = tmp_path / "instructions.jsonl"
    objects.write_text('{"question": "What is rain?", "answer": "Water."}\n')
    assert load(objects, "--roles", "Coriolanus", name="other").rows.get().raw_answers == ["Water."]


def test_instructions_are_chosen_as_in_the_paper_and_the_others_are_kept_with_their_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "instructions.jsonl"
    asked = ["What is rain?", "What is rain?", "Name three colours.", "Sing!", "word " * 101]
    path.write_text("".join(json.dumps({"question": each, "answer": "Water."}) + "\n" for each in asked))
    call_command("rolebench", "load", str(path), "--name", "RoleBench", "--roles", "A", "B", "--choose", "2")
    said = capsys.readouterr().out
    benchmark = Benchmark.objects.get()
    assert "1 instruction left out as too long" in said
    questions = set(benchmark.rows.values_list("question", flat=True))
    assert (benchmark.rows.count(), len(questions)) == (4, 2)
    left = list(benchmark.left_out.values_list("position", "question", "reason"))
    assert (4, "word " * 101, "long") in left
    assert sorted([*questions, *(question for _, question, _ in left)]) == sorted(asked)
    assert benchmark.left_out.all()[0].answers == ["Water."]
    assert file_of(benchmark, "instructions.jsonl")["choice"] == {
        "most": 2,
        "most_words": 100,
        "threshold": 0.5,
        "seed": 73,
    }


def test_a_choice_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("Name three colours.\n")
    roles = ("--roles", "Coriolanus")
    assert "at least one instruction" in refusal(path, *roles, "--choose", "0")
    assert "number above 0" in refusal(path, *roles, "--choose", "1", "--duplicate", "2")
    assert "Allow more words" in refusal(path, *roles, "--choose", "1", "--most-words", "2")
    assert "Choose from a file of instructions" in refusal(CHINESE, "--choose", "1")
    said = refusal(path, *roles, "--most-words", "100", "--seed", "73")
    assert said == "Without --choose all instructions are loaded. Add --choose N, or leave out --most-words, --seed."


def test_a_file_of_rows_needs_no_folder() -> None:
    benchmark = load(ENGLISH / "role-generalization" / "general" / "test.jsonl")
    assert (benchmark.rows.count(), set(benchmark.rows.values_list("part", flat=True))) == (60, {"general"})


def test_what_cannot_be_loaded_is_refused_in_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    assert "contains English and Chinese files" in refusal(DATA)
    assert "There is no file" in refusal(tmp_path / "nowhere.jsonl")
    assert "contains no files of RoleBench" in refusal(tmp_path)
    text = tmp_path / "text.txt"
    text.write_text("Name three colours.\n")
    assert "Name the roles" in refusal(text)
    broken = tmp_path / "broken"
    shutil.copytree(CHINESE / "role_specific", broken / "role_specific")
    with (broken / "role_specific" / "rolegpt_baseline.jsonl").open("a") as file:
        file.write('{"role": "李白"}\n')
    assert "Line 240 of" in (said := refusal(broken))
    assert "rolegpt_baseline.jsonl" in said
    assert not BenchmarkRow.objects.exists()
    long = tmp_path / "long.jsonl"
    long.write_text(json.dumps({"role": "x" * 101, "question": "Who?", "generated": ["Me."]}))
    assert "more than 100 characters" in refusal(long)


def test_a_name_is_given_once() -> None:
    load(CHINESE)
    with pytest.raises(CommandError, match="already a benchmark 'RoleBench'"):
        load(CHINESE)
    assert Benchmark.objects.count() == 1


def test_one_of_two_languages_can_be_chosen() -> None:
    assert load(DATA, "--language", "zh").language == "zh"


def test_the_command_says_what_each_file_contained(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rolebench", "load", str(ENGLISH), "--name", "RoleBench")
    said = capsys.readouterr().out
    assert "RoleBench: 180 rows in English" in said
    assert "role_specific/rolegpt_baseline.jsonl: 30 answers; 30 test rows without an answer" in said
    assert "instruction-generalization/general/train.jsonl: missing" in said

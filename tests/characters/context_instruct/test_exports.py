"""Characters and triplets in RoleBench's format."""

import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from characters.archives import as_archive
from characters.context_instruct.exports import export_characters
from characters.context_instruct.funnel import read_funnel
from characters.imports.folders import read_folder
from characters.models import Character, ContextInstruct, Triplet
from characters.profiles import description_of, rows_of
from rolellm.rolebench.layout import read_layout
from rolellm.rolebench.rows import read_rows
from studies.models import AuditLine
from tests.characters.context_instruct.scripts import request, work_off
from tests.factories import make_character
from tests.rolellm.references import DATA, read_lines

pytestmark = pytest.mark.django_db
ROWS = Path("rolebench-eng/instruction-generalization/role_specific")


def export(*names: str | Path) -> str:
    out = StringIO()
    call_command("characters", "export", *map(str, names), stdout=out)
    return out.getvalue()


def exported(name: str = "Coriolanus", **fields: Any) -> ContextInstruct:
    """A character with selected triplets."""
    return work_off(request(make_character(name, **fields)))


def test_the_folder_holds_exactly_what_is_stored_and_the_command_counts_it(tmp_path: Path) -> None:
    job = exported(rounds=189)
    funnel = read_funnel(job)
    said = export("Coriolanus", tmp_path / "out")
    assert str(AuditLine.objects.latest("pk")) == "A command exported the triplets of Coriolanus"
    assert f"Coriolanus: 753 profile rows, {funnel.kept} triplets for training, 50 test questions." in said
    kept = Triplet.objects.filter(split="train").order_by("call__position", "position")
    assert read_lines(tmp_path / "out" / "instructions-eng" / "role-specific-Coriolanus.jsonl") == [
        {
            "id": number,
            "instruction": row.question,
            "metrics": row.metrics,
            "answer": row.answer,
            "type": row.call.origin,
        }
        for number, row in enumerate(kept)
    ]
    assert read_lines(tmp_path / "out" / "instructions-eng" / "nums.jsonl") == [
        {"role": "role-specific-Coriolanus.jsonl", "num": funnel.kept}
    ]
    assert [row.question for row in read_rows(tmp_path / "out" / ROWS / "train.jsonl")] == [
        row.question for row in kept
    ]
    assert not list(tmp_path.glob("*.part"))


def test_rows_have_the_fields_of_the_published_ones(tmp_path: Path) -> None:
    exported(rounds=60)
    export("Coriolanus", tmp_path / "out")
    published = DATA / "rolebench-zh" / "role_specific"
    for name in ("train.jsonl", "test.jsonl"):
        ours, theirs = read_lines(tmp_path / "out" / ROWS / name)[0], read_lines(published / name)[0]
        assert {key: type(value) for key, value in ours.items()} == {key: type(item) for key, item in theirs.items()}


def test_every_test_question_is_there_once_with_all_its_answers_and_in_no_training_row(tmp_path: Path) -> None:
    exported(rounds=189)
    row = Triplet.objects.filter(split="test")[0]
    twin = Triplet.objects.filter(fate="low")[0]
    Triplet.objects.filter(pk=twin.pk).update(split="test", question=row.question, answer="Another answer.")
    export("Coriolanus", tmp_path / "out")
    training, test = (read_rows(tmp_path / "out" / ROWS / name) for name in ("train.jsonl", "test.jsonl"))
    assert len({each.question for each in test}) == len(test) == 50
    [found] = [each for each in test if each.question == row.question]
    assert sorted(found.generated) == sorted([row.answer, "Another answer."])
    assert not {each.question for each in test} & {each.question for each in training}


def test_what_was_exported_can_be_imported_again(tmp_path: Path) -> None:
    character = exported(rounds=30).character
    export("Coriolanus", tmp_path / "out")
    folder = read_folder(tmp_path / "out" / "profiles-eng")
    assert folder.descriptions == {"Coriolanus": description_of(character)}
    assert list(folder.profiles["Coriolanus"].rows) == rows_of(character)
    assert [str(file.path) for file in read_layout(tmp_path / "out").found] == [
        str(ROWS / "train.jsonl"),
        str(ROWS / "test.jsonl"),
    ]


def test_characters_in_both_languages_share_a_folder(tmp_path: Path) -> None:
    exported("Coriolanus")
    exported("李白/诗", language="zh", description="你是诗人。", catchphrases=[])
    export("Coriolanus", "李白/诗", tmp_path / "out")
    assert (tmp_path / "out" / "profiles-zh" / "profiles-zh-李白_诗.jsonl").exists()
    assert json.loads((tmp_path / "out" / "profiles-zh" / "desc.json").read_text("utf-8")) == {"李白/诗": "你是诗人。"}
    rows = read_rows(tmp_path / "out" / "rolebench-zh" / "role_specific" / "train.jsonl")
    assert {row.role for row in rows} == {"李白/诗"}
    assert {row.role for row in read_rows(tmp_path / "out" / ROWS / "train.jsonl")} == {"Coriolanus"}


def test_the_latest_selected_job_counts_and_the_archive_holds_the_same_files(tmp_path: Path) -> None:
    character = exported(rounds=30).character
    latest = work_off(request(character, seed=321))
    request(character, seed=8479)
    found = export_characters([character, character])
    [role] = found.roles
    assert [each.question for each in role.training] == list(
        Triplet.objects.filter(call__job=latest, split="train")
        .order_by("call", "position")
        .values_list("question", flat=True)
    )
    with ZipFile(BytesIO(as_archive(found.files))) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            str(path): content for path, content in found.files.items()
        }


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path) -> None:
    exported(rounds=30)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("Mine.")
    with pytest.raises(CommandError, match=r"out exists and is not an empty folder\. Name a new folder"):
        export("Coriolanus", tmp_path / "out")
    with pytest.raises(CommandError, match=r"mine\.txt exists and is not"):
        export("Coriolanus", tmp_path / "out" / "mine.txt")
    with pytest.raises(CommandError, match=r"cannot be written \(Not a directory\)"):
        export("Coriolanus", tmp_path / "out" / "mine.txt" / "folder")
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "mine.txt"]
    (tmp_path / "empty").mkdir()
    assert "Wrote 7 files to" in export("Coriolanus", tmp_path / "empty")


def test_a_character_without_triplets_is_refused(tmp_path: Path) -> None:
    request(make_character())
    with pytest.raises(
        CommandError, match=r"Coriolanus has no triplets to export\. Make them with .*characters instruct"
    ):
        export("Coriolanus", tmp_path / "out")
    with pytest.raises(CommandError, match="There is no character 'Nobody'"):
        export("Nobody", tmp_path / "out")
    assert not list(tmp_path.iterdir())
    assert Character.objects.count() == 1

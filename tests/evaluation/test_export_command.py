"""``export_judgements``: which evaluation it takes, and what it says beside the file."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from studies.models import Study
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)

pytestmark = pytest.mark.django_db
Said = pytest.CaptureFixture[str]


@pytest.fixture
def study() -> Study:
    """A study with a judgement in its only evaluation."""
    study = make_judged_study()
    make_judgement(presentations_of(make_evaluator(make_evaluation(study)))[0])
    return study


def participants(said: str) -> list[str]:
    return [row["participant"] for row in csv.DictReader(said.splitlines())]


def test_the_only_evaluation_is_written_without_a_word(study: Study, capsys: Said) -> None:
    call_command("export_judgements", study.slug)
    said = capsys.readouterr()
    assert (participants(said.out), said.err) == (["e-001"], "")


def test_of_several_it_takes_the_latest_that_was_opened_and_says_so(study: Study, capsys: Said) -> None:
    second = make_evaluation(study)
    make_evaluation(study, state="planned")
    for presentation in presentations_of(make_evaluator(second))[:2]:
        make_judgement(presentation)
    call_command("export_judgements", study.slug)
    said = capsys.readouterr()
    assert (len(participants(said.out)), said.err.startswith("Using evaluation 2, the latest of 3.")) == (2, True)
    call_command("export_judgements", study.slug, "--evaluation", "1")
    assert participants(capsys.readouterr().out) == ["e-001"]
    call_command("export_judgements", study.slug, "--all")
    assert participants(capsys.readouterr().out) == ["1-e-001", "2-e-001", "2-e-001"]


def test_what_the_file_leaves_out_is_said(study: Study, capsys: Said) -> None:
    evaluator = study.evaluations.get().evaluators.get()
    make_judgement(presentations_of(evaluator)[1], submitted_at=None)
    call_command("export_judgements", study.slug)
    assert capsys.readouterr().err == "Left out of evaluation 1: 1 not submitted.\n"
    call_command("export_judgements", study.slug, "--format", "jsonl")
    assert capsys.readouterr().err == ""


def test_synthetic_judgements_are_labelled(study: Study, capsys: Said) -> None:
    study.evaluations.update(is_rehearsed=True)
    call_command("export_judgements", study.slug)
    assert "synthetic, for trying out the software" in capsys.readouterr().err


def test_a_file_is_written_whole(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "judgements.csv"
    call_command("export_judgements", study.slug, "--out", str(file))
    assert participants(file.read_text("utf-8")) == ["e-001"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dmo"], "There is no study 'dmo'"),
        (["demo", "--evaluation", "7"], "Study 'demo' has no evaluation 7. Choose from 1."),
        (["empty"], "Study 'empty' has no evaluations. Plan one on its page."),
    ],
)
def test_what_does_not_exist_is_named(study: Study, arguments: list[str], words: str) -> None:
    Study.objects.create(slug="empty", title="Empty", questionnaire=[])
    with pytest.raises(CommandError, match=words) as refusal:
        call_command("export_judgements", *arguments)
    assert refusal.value.returncode == 2

"""Participants' answers as a table."""

import csv
from collections.abc import Iterable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from collection.answers import export_answers
from studies.files.exports import Incomplete
from studies.files.tables import unguarded, write_spreadsheet_row
from studies.models import Study
from tests.collection.factories import make_participant
from tests.factories import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return make_study()


def rows(pieces: Iterable[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO("".join(pieces), newline="")))


def test_everybody_who_consented_has_a_row_whatever_became_of_them(study: Study) -> None:
    make_participant(study, state="finished", ended_at=timezone.now(), goal_order=[2, 1])
    make_participant(study, answers=None, state="withdrawn", goal_order=[])
    finished, withdrawn = rows(export_answers(study))
    assert (finished["participant"], finished["state"], finished["goal_order"]) == ("p-001", "finished", "2 1")
    assert (finished["age"], finished["native_english"], finished["consent_version"]) == ("25 to 34", "No", "1")
    assert finished["finished_at"] > finished["consented_at"] > "2026"
    assert (withdrawn["participant"], withdrawn["state"], withdrawn["age"]) == ("", "withdrawn", "")


def test_the_answers_come_in_the_order_of_the_studys_form(study: Study) -> None:
    study.questionnaire = [study.questionnaire[3], study.questionnaire[0]]
    make_participant(study, answers={"age": "25 to 34", "education": "Other"})
    (head, row) = list(export_answers(study))
    assert head.startswith("participant,state,consented_at,consent_version,education,age,goal_order")
    assert ",Other,25 to 34," in row


def test_external_ids_stay_out_unless_asked_for(study: Study) -> None:
    make_participant(study, external_id="5f9e-prolific")
    assert "prolific" not in "".join(export_answers(study))
    text = "".join(export_answers(study, with_external_ids=True))
    (row,) = rows([text.removeprefix("\ufeff")])
    assert row["external_id"] == "5f9e-prolific"


@pytest.mark.parametrize("form", ["csv", "spreadsheet"])
@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "+1", "-1", "@sum", "'=1", "  =1+1", "\u00a0@x", "\uff1d1", "\ufe621", "\u200b=1", "|x"]
)
def test_an_external_id_is_no_formula_in_the_table_for_paying_people(study: Study, name: str, form: str) -> None:
    make_participant(study, external_id=name)
    text = "".join(export_answers(study, form, with_external_ids=True))
    assert text.startswith("\ufeff")
    [row] = rows([text.removeprefix("\ufeff")])
    assert row["external_id"] == f"'{name}"
    assert unguarded(row["external_id"]) == name


@pytest.mark.parametrize("name", ["o'brien", "a=b", "anna@example.org", "5-3", "", "'", "''", "\t", "'anna"])
def test_every_text_comes_back_from_a_table_for_spreadsheets(name: str) -> None:
    [cell] = next(csv.reader(StringIO(write_spreadsheet_row([name, ""]), newline="")))[:1]
    assert unguarded(cell) == name


def test_an_export_notices_a_withdrawal_in_the_meantime(study: Study) -> None:
    make_participant(study)
    pieces = export_answers(study)
    next(pieces)
    study.participants.all().delete()
    with pytest.raises(Incomplete, match="0 of 1 participants"):
        list(pieces)


def test_the_command_writes_them_or_says_what_is_wrong(study: Study, tmp_path) -> None:
    make_participant(study, external_id="platform-1")
    file = tmp_path / "answers.csv"
    call_command("export_answers", study.slug, "--with-external-ids", "--out", str(file))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert [row["external_id"] for row in csv.DictReader(lines)] == ["platform-1"]
    with pytest.raises(CommandError, match="There is no study 'dmo'") as refusal:
        call_command("export_answers", "dmo")
    assert refusal.value.returncode == 2

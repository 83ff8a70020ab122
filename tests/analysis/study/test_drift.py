"""The drift of characters in the analysis of a study, for each way in which they are played."""

import pytest
from django.test import Client

from analysis.study.sources import fingerprint
from analysis.study.study_analysis import analyse_study
from studies.models import CharacterSheet, Dialogue, Study
from tests.analysis.drift.factories import make_played_run, make_study_with_characters
from tests.analysis.study.factories import compute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures_without_images")]


@pytest.fixture
def study() -> Study:
    found = make_study_with_characters()
    make_played_run(found, way="dialogue", neutral_from=None)
    make_played_run(found, way="zero-shot", neutral_from=3)
    return found


def verdicts(study: Study) -> list[tuple[object, ...]]:
    tables = analyse_study(study, None, lambda step: None).portfolio.tables
    return [(row[0], row[2], row[-2]) for table in tables if table.name == "drift" for row in table.rows]


def test_each_elicitation_of_the_study_has_its_own_verdict(study: Study) -> None:
    assert verdicts(study) == [
        ("inquirer tiny, dialogue elicitation", 12, "no drift found"),
        ("inquirer tiny, zero-shot elicitation", 12, "drift"),
    ]


def test_branches_and_replaced_dialogues_do_not_count(study: Study) -> None:
    first, second = Dialogue.objects.filter(inquirer__character__elicitation="dialogue").order_by("pk")[:2]
    Dialogue.objects.filter(pk=first.pk).update(is_replaced=True)
    Dialogue.objects.filter(pk=second.pk).update(kind=Dialogue.Kind.BRANCH)
    assert [count for _, count, _ in verdicts(study)] == [10, 12]


def test_its_page_has_a_section_of_it_and_a_changed_character_outdates_it(study: Study, staff: Client) -> None:
    before = fingerprint(study)
    compute(study)
    shown = staff.get(f"/studies/{study.slug}/analysis/").text
    section = shown.split('<section aria-labelledby="drift">')[1].split("</section>")[0]
    for expected in (
        "inquirer tiny, zero-shot elicitation",
        "no drift found",
        "Style of characters by turn",
        "Signs by turn",
    ):
        assert expected in section
    CharacterSheet.objects.filter(name="Coriolanus").update(digest="of now")
    assert fingerprint(study) != before


def test_a_study_without_characters_has_no_such_table_or_section(staff: Client) -> None:
    study = make_study_with_characters()
    run = make_played_run(study, neutral_from=None, seeds=1)
    for dialogue in Dialogue.objects.filter(simulation__run=run):
        del dialogue.inquirer["character"]
        dialogue.save()
    compute(study)
    assert 'aria-labelledby="drift"' not in staff.get(f"/studies/{study.slug}/analysis/").text

"""The demo's character."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from characters.models import Benchmark, Character, ContextInstruct, Description, Triplet
from characters.rehearsal import loading
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Character]:
    """Return the character; each test finds what the load has created, which takes a second."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loading.load_character()
        transaction.set_rollback(True)


def test_the_play_becomes_a_character_whose_answers_are_labelled_as_made_up(loaded: Character) -> None:
    character = loaded
    assert (character.counts["rounds"], character.counts["pairs"], character.script) == (
        189,
        176,
        "The Tragedy of Coriolanus",
    )
    assert character.description.startswith("You are a Roman general of great courage")
    assert character.catchphrases == ["You common cry of curs!", "I banish you!"]
    assert (character.described_by, character.audit) == ("made-up", "none")
    client = Client()
    client.force_login(make_staff())
    page = client.get(f"/characters/{character.token}/").text
    assert page.count("made up for the demo, not by a model") == 3, "of the description, the audit and the triplets"
    assert "the conspirators kill him." in page


def test_a_second_load_changes_nothing_and_the_command_names_the_page(loaded: Character, capsys) -> None:
    call_command("characters", "rehearse")
    assert f"/characters/{loaded.token}/" in capsys.readouterr().out
    assert Character.objects.values_list("changed_at", flat=True).get() == loaded.changed_at
    assert Description.objects.count() == 1


def test_context_instruct_makes_triplets_of_which_some_are_filtered_and_some_are_duplicates(loaded: Character) -> None:
    job = loaded.instructions.get()
    fates = Counter(Triplet.objects.filter(call__job=job).values_list("fate", flat=True))
    assert (job.state, job.model, job.is_filtered) == (ContextInstruct.State.FINISHED, "made-up", True)
    assert fates.total() >= 400
    assert all(fates[fate] for fate in ("kept", "low", "repeat", "duplicate"))
    assert not fates["malformed"]


def test_the_test_questions_are_a_benchmark_that_can_be_answered(loaded: Character) -> None:
    benchmark = Benchmark.objects.get()
    assert benchmark.name == "Coriolanus (made up)"
    test = benchmark.rows.filter(use="test", role="Coriolanus", part="role_specific")
    asked = set(Triplet.objects.filter(split="test").values_list("question", flat=True))
    assert len(asked) > 30
    assert {row.question.strip() for row in test} == asked
    assert benchmark.rows.filter(use="train").exists()
    loading.load_character()
    assert Benchmark.objects.count() == 1


def test_a_researcher_who_has_begun_is_not_disturbed(loaded: Character) -> None:
    loaded.instructions.all().delete()
    loaded.instructions.create(model="tiny")
    loading.load_character()
    assert loaded.instructions.get().model == "tiny"
    loaded.instructions.all().delete()
    Character.objects.update(description="", described_by="")
    loading.load_character()
    assert not loaded.instructions.exists()

"""The demo's character."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.test import Client

from characters.models import Benchmark, Character, ContextInstruct, Description, Triplet
from characters.rehearsal import loading
from tests.factories import make_character, make_staff

pytestmark = pytest.mark.django_db


def test_the_play_becomes_a_character_whose_answers_are_labelled_as_made_up() -> None:
    character = loading.load_character()
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


def test_a_second_load_changes_nothing_and_the_command_names_the_page(capsys) -> None:
    character = loading.load_character()
    call_command("characters", "rehearse")
    assert f"/characters/{character.token}/" in capsys.readouterr().out
    assert Character.objects.values_list("changed_at", flat=True).get() == character.changed_at
    assert Description.objects.count() == 1


def test_a_researchers_coriolanus_stays() -> None:
    make_character(description="")
    assert loading.load_character().description == ""
    assert not Description.objects.exists()


def test_an_interrupted_load_is_completed() -> None:
    character = loading._store()
    assert loading.load_character().description
    assert character.descriptions.get().state == Description.State.FINISHED


def test_context_instruct_makes_triplets_of_which_some_are_filtered_and_some_are_duplicates() -> None:
    job = loading.load_character().instructions.get()
    fates = Counter(Triplet.objects.filter(call__job=job).values_list("fate", flat=True))
    assert (job.state, job.model, job.is_filtered) == (ContextInstruct.State.FINISHED, "made-up", True)
    assert fates.total() >= 400
    assert all(fates[fate] for fate in ("kept", "low", "repeat", "duplicate"))
    assert not fates["malformed"]


def test_the_test_questions_are_a_benchmark_that_can_be_answered() -> None:
    loading.load_character()
    benchmark = Benchmark.objects.get()
    assert benchmark.name == "Coriolanus (made up)"
    test = benchmark.rows.filter(use="test", role="Coriolanus", part="role_specific")
    asked = set(Triplet.objects.filter(split="test").values_list("question", flat=True))
    assert len(asked) > 30
    assert {row.question.strip() for row in test} == asked
    assert benchmark.rows.filter(use="train").exists()
    loading.load_character()
    assert Benchmark.objects.count() == 1


def test_a_researcher_who_has_begun_is_not_disturbed() -> None:
    character = loading.load_character()
    character.instructions.all().delete()
    character.instructions.create(model="tiny")
    loading.load_character()
    assert character.instructions.get().model == "tiny"
    character.instructions.all().delete()
    Character.objects.update(description="", described_by="")
    loading.load_character()
    assert not character.instructions.exists()

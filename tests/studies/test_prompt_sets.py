"""A site's own prompt sets and their versions."""

import pytest

from dialogue.prompt_file import write_prompts
from dialogue.prompts import load, load_responder
from studies.models import PromptVersion
from studies.prompt_sets.library import find_prompts, list_choices
from studies.prompt_sets.versions import PromptSetRefused, store_version

pytestmark = pytest.mark.django_db

FIRST, SECOND = write_prompts(load("plain")), write_prompts(load("json"))


def test_a_change_makes_the_next_version_and_leaves_the_earlier_ones() -> None:
    assert str(store_version("mine", FIRST)) == "mine@1"
    assert str(store_version("mine", SECOND)) == "mine@2"
    assert find_prompts("mine@1", "inquirer").prompts == load("plain")
    assert find_prompts("mine@2", "inquirer").prompts == load("json")


def test_the_bare_name_means_the_latest_version_and_is_resolved_to_it() -> None:
    store_version("mine", FIRST)
    store_version("mine", SECOND)
    assert find_prompts("mine", "inquirer").reference == "mine@2"


def test_storing_the_same_text_again_adds_no_version() -> None:
    assert store_version("mine", FIRST) == store_version("mine", FIRST)
    assert PromptVersion.objects.count() == 1


def test_who_comes_second_is_told_instead_of_losing_either_version(monkeypatch: pytest.MonkeyPatch) -> None:
    store_version("mine", FIRST)
    monkeypatch.setattr("django.db.models.query.QuerySet.last", lambda rows: None)  # as it was a moment ago
    with pytest.raises(PromptSetRefused, match="Someone else has just stored a version"):
        store_version("mine", SECOND)
    assert [row.text for row in PromptVersion.objects.all()] == [FIRST]


def test_the_text_is_kept_as_it_was_written() -> None:
    text = f"# A note of the author\n{FIRST}"
    assert store_version("mine", text).text == text


@pytest.mark.parametrize("reference", ["other", "mine@3", "mine@", "mine@x", "mine@1@1", "@1", "", "llama-2-responder"])
def test_an_unknown_set_is_refused_with_the_known_ones(reference: str) -> None:
    store_version("mine", FIRST)
    with pytest.raises(LookupError, match=r"no prompt set .* for this inquirer\. Choose from: gpt-4, json, .*mine"):
        find_prompts(reference, "inquirer")


def test_each_speaker_has_sets_of_its_own() -> None:
    store_version("brief", write_prompts(load_responder("llama-2-responder")))
    assert ("brief@1", "brief, version 1") in list_choices("responder")
    assert "brief@1" not in dict(list_choices("inquirer"))
    with pytest.raises(PromptSetRefused, match="'brief' is for responders"):
        store_version("brief", FIRST)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("plain", FIRST, "is built in and never changes"),
        ("Mine Own", FIRST, "small letters, digits and hyphens"),
        ("mine", "opening = 3", "Line 1: opening"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_a_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(PromptSetRefused, match=sentence):
        store_version(name, text)
    assert not PromptVersion.objects.exists()

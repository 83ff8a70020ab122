"""Profiles that are stored as characters."""

from dataclasses import replace

import pytest

from characters.imports.profiles import store_profile
from characters.models import Character
from characters.profiles import as_elicited, find_character, pairs_of, rows_of
from characters.refusals import CharacterRefused
from rolellm.profiles import read_profile
from rolellm.roles import Role
from tests.factories import make_character
from tests.rolellm.references import PLAY, PLAY_ROWS

pytestmark = pytest.mark.django_db
ROLE = Role("Coriolanus", ("MARCIUS",))


def profile_of(role=ROLE):
    return read_profile(PLAY, role)


def chinese_profile(tmp_path, content="俺老孙来也！"):
    path = tmp_path / "西游记.txt"
    path.write_text(f"唐僧：悟空，你在哪里？\n\n孙悟空：{content}\n", "utf-8")
    return read_profile(path, Role("孙悟空"))


def test_a_stored_profile_gives_the_rows_and_pairs_of_its_script() -> None:
    stored = store_profile(profile_of(), source="script_coriolanus.txt", script="Coriolanus")
    character = Character.objects.get()
    assert (stored.outcome, stored.character) == ("new", character)
    assert rows_of(character) == list(profile_of().rows)
    assert pairs_of(character) == profile_of().pairs
    assert (character.aliases, character.language, character.script) == (["MARCIUS"], "en", "Coriolanus")
    assert character.unmatched_speakers["MENENIUS"] == profile_of().unmatched_speakers["MENENIUS"]


def test_a_chinese_profile_keeps_its_text_and_language(tmp_path) -> None:
    store_profile(chinese_profile(tmp_path))
    character = find_character("孙悟空")
    assert character.language == "zh"
    assert [row.content for row in rows_of(character)] == ["悟空，你在哪里？", "俺老孙来也！"]


def test_the_same_profile_twice_changes_nothing() -> None:
    store_profile(profile_of())
    before = Character.objects.values().get()
    assert store_profile(profile_of()).outcome == "unchanged"
    assert Character.objects.values().get() == before


def test_another_profile_of_the_same_name_is_refused_and_the_stored_one_stays() -> None:
    store_profile(profile_of())
    with pytest.raises(CharacterRefused, match="another profile is already stored"):
        store_profile(profile_of(Role("Coriolanus", ("MENENIUS",))))
    assert len(rows_of(Character.objects.get())) == 753


def test_a_replaced_profile_keeps_the_description_and_its_audit() -> None:
    make_character(audit=Character.Audit.ACCEPTED, script="The play")
    assert store_profile(profile_of(), replace=True).outcome == "replaced"
    character = Character.objects.get()
    assert (character.audit, character.script) == ("accepted", "The play")
    assert character.description == "You are a Roman general who despises the crowd."
    assert len(rows_of(character)) == 753


def test_a_character_that_is_only_described_gets_its_profile_without_asking() -> None:
    Character.objects.create(name="Coriolanus", description="You are proud.")
    assert store_profile(profile_of()).outcome == "added"
    assert as_elicited(Character.objects.get()).description == "You are proud."


def test_a_profile_in_use_by_context_instruct_is_not_replaced() -> None:
    character = make_character()
    job = character.instructions.create(model="talker")
    with pytest.raises(CharacterRefused, match="uses the stored profile"):
        store_profile(profile_of(), replace=True)
    job.state = job.State.FINISHED
    job.save()
    assert store_profile(profile_of(), replace=True).outcome == "replaced"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"role": "X" * 201}, "The speaker of row 1 has 201 characters"),
        ({"act_id": 2**31}, "Row 1 has act_id 2147483648, which is too large"),
    ],
)
def test_rows_that_no_database_can_hold_are_refused(change, sentence) -> None:
    profile = profile_of()
    rows = (replace(profile.rows[0], **change), *profile.rows[1:])
    with pytest.raises(CharacterRefused, match=sentence):
        store_profile(replace(profile, rows=rows))
    assert not Character.objects.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (" ", "needs a name"),
        ("x" * 101, "101 characters, and the limit is 100"),
        ("a\nb", "line break or a control character"),
    ],
)
def test_a_name_that_cannot_be_stored_is_refused(name, sentence) -> None:
    with pytest.raises(CharacterRefused, match=sentence):
        store_profile(replace(profile_of(), role=Role(name)))


def test_text_that_databases_refuse_is_stored_with_a_mark(tmp_path) -> None:
    store_profile(chinese_profile(tmp_path, "俺\x00老孙"))
    assert rows_of(Character.objects.get())[-1].content == "俺\ufffd老孙"


def test_an_unknown_character_is_refused_with_the_known_ones() -> None:
    with pytest.raises(CharacterRefused, match="None is stored yet"):
        find_character("Hamlet")
    make_character()
    with pytest.raises(CharacterRefused, match=r"Choose from: Coriolanus\."):
        find_character("Hamlet")


def test_rows_and_text_of_the_play_give_the_same_profile() -> None:
    store_profile(profile_of(Role("Coriolanus", ("MARCIUS", "CORIOLANUS"))))
    assert store_profile(read_profile(PLAY_ROWS, Role("Coriolanus"))).outcome == "unchanged"

"""``manage.py characters import``."""

import json

import pytest
from django.core.management import CommandError, call_command

from characters.models import Character
from rolellm.scripts.reading import LIMIT
from tests.factories import make_character
from tests.forks import run
from tests.rolellm.references import PLAY, PLAY_ROWS, expected

pytestmark = pytest.mark.django_db


def imported(path, *options, capsys):
    call_command("characters", "import", str(path), "--name", "Coriolanus", *options, "--json")
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("path", [PLAY, PLAY_ROWS])
def test_the_play_and_its_rows_are_reported_with_the_reference_counts(path, capsys) -> None:
    reference = expected()["script"]["script_coriolanus.jsonl"]
    found = imported(path, "--alias", "MARCIUS", "--alias", "CORIOLANUS", capsys=capsys)
    assert {key: found[key] for key in ("rows", "rounds", "words")} == {
        key: reference[key] for key in ("rows", "rounds", "words")
    }
    assert (found["segments"], found["pairs"], found["warnings"]) == (33, 176, [])


def test_unmatched_speakers_are_counted_the_most_frequent_first(capsys) -> None:
    reported = imported(PLAY, capsys=capsys)
    found = reported["unmatched_speakers"]
    assert next(iter(found)) == "MENENIUS"
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found["MARCIUS"] == 189 - reported["rounds"]


def test_without_json_sentences_say_what_was_found(capsys) -> None:
    call_command("characters", "import", str(PLAY), "--name", "Coriolanus", "--alias", "MARCIUS")
    said = capsys.readouterr().out
    assert "Coriolanus: 189 rounds in 753 rows with 17,954 words; 33 segments and 176 pairs" in said
    assert "Other speakers: MENENIUS (" in said
    assert "The profile is stored." in said


def test_a_role_with_few_turns_is_allowed_with_a_warning(capsys) -> None:
    call_command("characters", "import", str(PLAY), "--name", "Valeria", "--json")
    streams = capsys.readouterr()
    assert "Valeria has only 14 rounds; the paper drops roles with fewer than 25." in streams.err
    assert json.loads(streams.out)["warnings"] == [streams.err.strip()]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--name", "Hamlet"], "No speaker of the script is called 'Hamlet'"),
        (["--name", "Coriolanus", "--alias", "Marcius", "--alias", "MARCIUS"], "matches two aliases"),
    ],
)
def test_a_role_that_cannot_be_found_is_refused_in_one_sentence(options, sentence) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("characters", "import", str(PLAY), *options)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "sentence"), [(None, "There is no file"), (b"no json", "Line 1 is not a JSON object")]
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, content, sentence) -> None:
    path = tmp_path / "profile.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        call_command("characters", "import", str(path), "--name", "Coriolanus")


def test_two_hundred_megabytes_are_refused(tmp_path) -> None:
    path = tmp_path / "script.txt"
    with path.open("wb") as file:
        file.truncate(4 * LIMIT)
    with pytest.raises(CommandError, match="has 200 MB"):
        call_command("characters", "import", str(path), "--name", "Coriolanus")


def test_the_profile_is_stored_and_an_equal_import_changes_nothing(capsys) -> None:
    assert imported(PLAY, "--alias", "MARCIUS", "--script", "Coriolanus", capsys=capsys)["stored"] == "new"
    character = Character.objects.get()
    assert (character.turns.count(), character.aliases, character.script) == (753, ["MARCIUS"], "Coriolanus")
    assert character.source == "coriolanus.txt"
    assert imported(PLAY, "--alias", "MARCIUS", capsys=capsys)["stored"] == "unchanged"
    assert Character.objects.get().script == "Coriolanus"


def test_another_profile_is_reported_but_only_stored_with_replace(capsys) -> None:
    imported(PLAY, capsys=capsys)
    before = Character.objects.get().counts
    with pytest.raises(CommandError, match="another profile is already stored"):
        imported(PLAY, "--alias", "MARCIUS", capsys=capsys)
    assert json.loads(capsys.readouterr().out)["stored"] == "refused"
    assert Character.objects.get().counts == before
    assert imported(PLAY, "--alias", "MARCIUS", "--replace", capsys=capsys)["stored"] == "replaced"
    assert Character.objects.get().counts["rounds"] == 189


def test_a_script_without_a_name_is_refused() -> None:
    with pytest.raises(CommandError, match="Name the role with --name"):
        call_command("characters", "import", str(PLAY))


def test_options_without_an_effect_are_refused(tmp_path) -> None:
    with pytest.raises(CommandError, match="belong to a script"):
        call_command("characters", "import", str(write_descriptions(tmp_path / "desc.json")), "--alias", "MARCIUS")
    assert not Character.objects.exists()


def test_published_descriptions_are_stored_with_their_catchphrases(tmp_path, capsys) -> None:
    make_character("Jack", description="", catchphrases=[])
    path = write_descriptions(tmp_path / "desc.json")
    call_command("characters", "import", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["descriptions"] == {"Jack": "added", "孙悟空": "new"}
    jack, monkey = Character.objects.order_by("name")
    assert (jack.description, jack.catchphrases, jack.described_by) == ("You are a pirate.", ["Savvy?", "Ahoy!"], "")
    assert (monkey.description, monkey.catchphrases, monkey.language) == ("生性聪明。", ["俺老孙"], "zh")


def test_another_description_is_replaced_only_on_request_and_is_not_audited(tmp_path, capsys) -> None:
    make_character("Jack", audit=Character.Audit.ACCEPTED)
    path = write_descriptions(tmp_path / "desc.json")
    with pytest.raises(CommandError, match="'Jack' already has another description"):
        call_command("characters", "import", str(path))
    assert Character.objects.get().audit == "accepted"
    call_command("characters", "import", str(path), "--name", "Jack", "--replace")
    assert "Descriptions: 1 replaced." in capsys.readouterr().out
    assert (Character.objects.get().audit, Character.objects.get().catchphrases[0]) == ("none", "Savvy?")


def test_a_published_folder_is_stored_and_an_empty_profile_is_named(tmp_path, capsys) -> None:
    write_folder(tmp_path)
    call_command("characters", "import", str(tmp_path), "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["profiles"] == {"Coriolanus": "new"}
    assert found["descriptions"] == {"Jack": "new", "孙悟空": "new"}
    assert "contains no text" in found["left_out"]["profiles-eng-Jack.jsonl"]
    assert Character.objects.get(name="Coriolanus").script == "The Tragedy"
    call_command("characters", "import", str(tmp_path))
    said = capsys.readouterr().out
    assert "Profiles: 1 already stored, and left unchanged." in said
    assert "Left out: profiles-eng-Jack.jsonl." in said


def test_a_folder_is_stored_whole_or_not_at_all(tmp_path) -> None:
    write_folder(tmp_path)
    make_character("Jack")
    with pytest.raises(CommandError, match="'Jack' already has another description"):
        call_command("characters", "import", str(tmp_path))
    assert [character.name for character in Character.objects.all()] == ["Jack"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[]", "has no descriptions by role"),
        ('{"Jack": 1}', "has no descriptions by role"),
        ("{", "is not JSON"),
        ('{"Jack": " "}', "The description of 'Jack' is empty"),
        ('{"": "Nobody."}', "A character needs a name"),
    ],
)
def test_descriptions_that_cannot_be_read_are_refused_in_one_sentence(tmp_path, content, sentence) -> None:
    path = tmp_path / "desc.json"
    path.write_text(content)
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("characters", "import", str(path))
    assert "\n" not in str(refused.value)
    assert not Character.objects.exists()


def test_a_role_that_is_in_no_file_of_the_folder_is_refused(tmp_path) -> None:
    with pytest.raises(CommandError, match=r"contains neither desc\.json nor profiles"):
        call_command("characters", "import", str(tmp_path))
    write_folder(tmp_path)
    with pytest.raises(CommandError, match="contains no character 'Hamlet'"):
        call_command("characters", "import", str(tmp_path), "--name", "Hamlet")


def test_without_tables_the_profile_is_reported_and_a_sentence_says_what_to_do(tmp_path) -> None:
    command = ("characters", "import", str(PLAY), "--name", "Coriolanus", "--json")
    done = run("-m", "manage", *command, environment={"VAR_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert json.loads(done.stdout)["stored"] == "refused"
    assert "Run python manage.py migrate" in done.stderr


def write_descriptions(path):
    texts = {"Jack": 'You are a pirate. Your catchphrases are: "Savvy?" / "Ahoy!"'}
    texts["孙悟空"] = "生性聪明。常用口头禅是：“俺老孙”"
    path.write_text(json.dumps(texts, ensure_ascii=False), "utf-8")
    return path


def write_folder(folder) -> None:
    write_descriptions(folder / "desc.json")
    (folder / "scripts.json").write_text('{"Coriolanus": "The Tragedy"}')
    (folder / "profiles-eng-Coriolanus.jsonl").write_bytes(PLAY_ROWS.read_bytes())
    (folder / "profiles-eng-Jack.jsonl").touch()


def test_a_bad_file_is_refused_without_a_database(tmp_path) -> None:
    command = ("characters", "import", str(PLAY), "--name", "Hamlet")
    done = run("-m", "manage", *command, environment={"VAR_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "No speaker of the script is called 'Hamlet'" in done.stderr

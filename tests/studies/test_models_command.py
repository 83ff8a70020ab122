"""``manage.py models`` shows which models can run here and rejects the others."""

import asyncio
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dialogue.backends.base import BackendError
from tests.dialogue.backends.odd.server import Fails, Odd, odd_server
from tests.dialogue.backends.servers import Failure, chat_server
from tests.dialogue.references import DATA
from tests.installation import BASE_DIR

GOOD = """
[models.talker]
backend = "scripted"
label = "for tests"
replies = ["Hello."]
"""
MISSING = """
[models.gone]
backend = "llama_cpp"
file = "nowhere/gone.gguf"
"""


@pytest.fixture
def models_file(tmp_path: Path, settings) -> Path:
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    return file


def test_a_model_that_can_run_is_listed_with_its_label(models_file, capsys):
    models_file.write_text(GOOD)
    call_command("models")
    shown = capsys.readouterr().out
    assert "talker (for tests): inquirer and responder, scripted" in shown
    assert "ok:" in shown


def test_a_guard_is_listed_as_one_and_plays_no_speaker(models_file, capsys):
    models_file.write_text(GOOD + 'guard = { kind = "llama-guard-3" }\n')
    call_command("models")
    assert "talker (for tests): guard (llama-guard-3), scripted" in capsys.readouterr().out


def test_a_guard_with_the_chat_template_of_another_model_is_not_usable(models_file, capsys):
    tiny = BASE_DIR / "tiny" / "tiny.gguf"
    entry = f'[models.checker]\nbackend = "llama_cpp"\nfile = "{tiny}"\ncontext = 2048\nguard = {{ kind = "llama-guard-3" }}\n'
    models_file.write_text(entry)
    with pytest.raises(CommandError, match="Cannot run here as described: checker"):
        call_command("models")
    assert "does not ask whether a message is safe" in capsys.readouterr().out
    models_file.write_text(entry + 'template = "llama-guard-3"\n')
    call_command("models")


def test_the_doctor_examines_no_guard(models_file, capsys):
    models_file.write_text(GOOD + 'guard = { kind = "llama-guard-3" }\n')
    with pytest.raises(CommandError, match="Could not be examined: talker"):
        call_command("models", "talker", "--try")
    assert "is a guard, which plays neither speaker" in capsys.readouterr().err


def test_a_model_whose_file_is_missing_is_refused_by_name_and_the_others_are_still_listed(models_file, capsys):
    models_file.write_text(GOOD + MISSING)
    with pytest.raises(CommandError, match=r"Cannot run here as described: gone\.") as refusal:
        call_command("models")
    shown = capsys.readouterr().out
    assert refusal.value.returncode == 2
    assert "NOT USABLE" in shown
    assert "gone.gguf" in shown
    assert "talker" in shown


def test_only_the_models_named_are_looked_at(models_file, capsys):
    models_file.write_text(GOOD + MISSING)
    call_command("models", "talker")
    assert "gone" not in capsys.readouterr().out


PAGE = "answers with web pages, not as an OpenAI-compatible API. Correct `base_url` of 'api'"
LISTED = Fails(BackendError, "")  # nobody looks at what comes of a chat


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        (Odd("page", LISTED, (DATA / "api" / "page.html").read_bytes()), PAGE),
        (Odd("bare page", LISTED, b"\n <h1>Hello</h1>"), PAGE),
        (Odd("empty", LISTED), "answers with nothing instead of a list of models. Correct `base_url` of 'api'"),
        (Odd("text", LISTED, b"Server is running"), "answers with something other than a list of models"),
        (Odd("other JSON", LISTED, b'{"status": "ok"}'), "answers with something other than a list of models"),
        (Odd("moved", LISTED, b"", 301, {"Location": "https://me.example/v1"}), "redirects to https://me.example/v1"),
        (Odd("password", LISTED, b"<html>Log in</html>", 401), "refuses the key of 'api' (a web page). Check"),
    ],
    ids=lambda value: value.name if isinstance(value, Odd) else "",
)
async def test_an_address_without_such_an_api_is_reported_in_one_sentence(models_file, capsys, odd: Odd, sentence: str):
    async with odd_server(odd) as url:
        models_file.write_text(f'[models.api]\nbackend = "openai"\nmodel = "m"\nbase_url = "{url}"\n')
        with pytest.raises(CommandError, match=r"Cannot run here as described: api\.") as refusal:
            await asyncio.to_thread(call_command, "models")
    assert refusal.value.returncode == 2
    assert f"NOT USABLE: {url} {sentence}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ({"object": "list", "data": []}, "can be reached."),
        ({"models": []}, "can be reached."),
        ([{"id": "m"}], "can be reached and serves 'm'."),
        ({"models": [{"name": "m"}]}, "can be reached and serves 'm'."),
        ({"data": [{"id": "other"}]}, "can be reached, but does not list 'm' among its models."),
    ],
)
async def test_a_server_that_lists_its_models_in_some_way_is_usable(models_file, capsys, listed, words):
    async with odd_server(Odd("list", LISTED, json.dumps(listed).encode())) as url:
        models_file.write_text(f'[models.api]\nbackend = "openai"\nmodel = "m"\nbase_url = "{url}"\n')
        await asyncio.to_thread(call_command, "models")
    assert f"ok: {url} {words}\n" in capsys.readouterr().out


def test_a_key_in_quotation_marks_is_named_by_its_variable(models_file, capsys, monkeypatch):
    monkeypatch.setenv("SOME_KEY", '"sk-0123456789"')
    models_file.write_text('[models.api]\nbackend = "openai"\nmodel = "m"\nkey_env = "SOME_KEY"\n')
    with pytest.raises(CommandError) as refusal:
        call_command("models")
    shown = capsys.readouterr().out
    assert refusal.value.returncode == 2
    assert "NOT USABLE: The key in the environment variable SOME_KEY has white space or quotation marks" in shown
    assert "0123" not in shown + str(refusal.value)


def test_an_address_that_goes_too_far_is_named_with_its_line(models_file, capsys):
    url = "https://me.example/v1/chat/completions"
    models_file.write_text(f'[models.api]\nbackend = "openai"\nmodel = "m"\nbase_url = "{url}"\n')
    with pytest.raises(CommandError):
        call_command("models")
    assert "line 4: base_url: it must end before /chat/completions" in capsys.readouterr().out


def test_an_unknown_name_and_a_file_that_is_not_toml_are_reported_in_one_sentence(models_file):
    models_file.write_text(GOOD)
    with pytest.raises(CommandError, match="There is no model 'tlker'"):
        call_command("models", "tlker")
    models_file.write_text("[models")
    with pytest.raises(CommandError, match="not valid TOML"):
        call_command("models")


def test_a_wrong_entry_is_named_with_its_line_and_the_others_are_still_listed(models_file, capsys):
    models_file.write_text(GOOD + '[models.typo]\nbackend = "scripted"\ncontxt = 3\n')
    with pytest.raises(CommandError, match=r"Cannot run here as described: typo\.") as refusal:
        call_command("models")
    shown = capsys.readouterr().out
    assert refusal.value.returncode == 2
    assert "talker (for tests)" in shown
    assert f"WRONG: Model 'typo' in {models_file}, line 8: there is no setting 'contxt'" in shown


def test_a_file_that_is_not_toml_is_reported_with_line_and_column(models_file):
    models_file.write_text(GOOD + "[models.typo\n")
    with pytest.raises(CommandError, match="line 6, column 13") as refusal:
        call_command("models", "talker")
    assert refusal.value.returncode == 2


def describe_api(models_file: Path, url: str) -> None:
    models_file.write_text(
        f'[models.api]\nbackend = "openai"\nmodel = "m"\nbase_url = "{url}"\n'
        'inquirer = {prompts = "gpt-4", coherence = {max_n = 5, repeats = 5}}\n'
        'responder = {prompts = "llama-2-responder", coherence = {max_n = 5, repeats = 5}}\n'
    )


async def test_a_server_that_refuses_the_system_role_is_found_by_asking(models_file, capsys):
    async with chat_server(outage=Failure(400, message="System role not supported")) as server:
        describe_api(models_file, server.url)
        await asyncio.to_thread(call_command, "models")
        with pytest.raises(CommandError, match=r"Cannot run here as described: api\."):
            await asyncio.to_thread(call_command, "models", "--ask")
    shown = capsys.readouterr().out
    assert "inquirer: DOES NOT ANSWER: " in shown
    assert 'Set `system = "first_user"`' in shown


async def test_a_model_that_is_asked_gets_the_first_messages_of_each_side(models_file, capsys):
    async with chat_server(answer='"What do bears eat?"') as server:
        describe_api(models_file, server.url)
        await asyncio.to_thread(call_command, "models", "--ask")
        roles = [[message["role"] for message in request["messages"]] for request in server.requests]
    assert roles == [["system", "user"]] * 2
    assert capsys.readouterr().out.count(": answers\n") == 2


def test_a_price_is_shown_and_nonsense_in_it_is_named(models_file, capsys):
    models_file.write_text(GOOD + "price = { input = 2.5, output = 10 }\n")
    call_command("models")
    assert "; a million tokens cost 2.5 USD in and 10 USD out" in capsys.readouterr().out
    models_file.write_text(GOOD + 'price = { input = "free", output = 10 }\n')
    with pytest.raises(CommandError, match=r"Cannot run here as described: talker\."):
        call_command("models")
    assert "WRONG: Model 'talker'" in (shown := capsys.readouterr().out)
    assert "line 6: price.input: it must be a number from 0 to 1000000, the price of a million tokens" in shown

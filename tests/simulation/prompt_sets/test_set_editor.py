"""Writing and importing prompt sets on a page."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from dialogue.prompt_file import write_prompts
from dialogue.prompts import AnyPrompts, inquirers, load, load_responder, responders
from simulation.prompt_sets.set_editor import SetEditor
from studies.models import PromptVersion
from studies.prompt_sets.library import find_any
from studies.prompt_sets.versions import store_version
from tests.factories import make_staff
from tests.simulation.prompt_sets.filling import fields

pytestmark = pytest.mark.django_db
PLAIN = write_prompts(load("plain"))
OPENING = "opening-0-content"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.mark.parametrize("prompts", [*inquirers().values(), *responders().values()])
def test_a_form_that_is_not_changed_holds_the_same_set(prompts: AnyPrompts) -> None:
    assert SetEditor(prompts.speaker, prompts, data=fields(prompts)).read() == prompts


def test_a_copy_is_stored_as_version_1_with_its_author_and_the_original_stays(client: Client) -> None:
    sent = fields(load("mixtral"), "mine", language="de", source="Translated by Ada.")
    response = client.post("/new-prompt-set/inquirer/?from=mixtral", sent)
    assert response.headers["Location"] == "/prompt-sets/mine@1/"
    found = find_any("mine").prompts
    assert found == load("mixtral").model_copy(update={"language": "de", "source": "Translated by Ada."})
    author = PromptVersion.objects.get().created_by
    assert author is not None
    assert author.username == "researcher"


def test_a_change_is_stored_as_the_next_version(client: Client) -> None:
    store_version("mine", PLAIN)
    sent = fields(load("plain"), way="marked", begin="<say>", end="</say>")
    assert client.post("/prompt-sets/mine/change/", sent).headers["Location"] == "/prompt-sets/mine@2/"
    assert find_any("mine@1").prompts == load("plain")
    assert find_any("mine@2").prompts.reading.marks == ("<say>", "</say>")  # type: ignore[union-attr]


def test_a_responders_instruction_can_be_written(client: Client) -> None:
    sent = fields(load_responder("llama-2-responder"), "brief", system="Be brief.\r\nAlways.")
    client.post("/new-prompt-set/responder/", sent)
    assert find_any("brief@1").prompts.system == "Be brief.\nAlways."


def test_messages_are_added_and_removed(client: Client) -> None:
    more = {"opening-TOTAL_FORMS": 3, "opening-2-role": "user", "opening-2-content": "<PERSONA> <GOAL> <CONV_STOP>"}
    sent = fields(load("plain"), "mine", **more, **{"opening-0-DELETE": "on", "opening-1-DELETE": "on"})
    client.post("/new-prompt-set/inquirer/", sent)
    (message,) = find_any("mine").prompts.opening  # type: ignore[union-attr]
    assert (message.role, message.content) == ("user", "<PERSONA> <GOAL> <CONV_STOP>")


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"name": "Mine Own"}, "id_name_error", "The name may contain small letters"),
        ({"name": "plain"}, "id_name_error", "'plain' is built in and never changes"),
        ({"name": "taken"}, "id_name_error", "A prompt set 'taken' already exists."),
        ({"name": None}, "id_name_error", "This field is required."),
        ({"language": "English!"}, "id_language_error", "Enter the language's code"),
        ({OPENING: "You are <PERSON>."}, "", "There is no placeholder <PERSON>; perhaps you meant <PERSONA>."),
        (
            {OPENING: "You are a person."},
            "",
            "The placeholder <PERSONA> is missing, so the model would not know its persona.",
        ),
        ({OPENING: ""}, "id_opening-0-content_error", "This field is required."),
        ({"forward": "And now?"}, "id_forward_error", "The placeholder <RESPONSE> is missing"),
        ({"way": "marked", "begin": "<say>"}, "id_begin_error", '"marked" needs the two marks'),
        ({"way": "whole", "end": "</say>"}, "id_begin_error", 'belong to "marked", not to "whole"'),
        ({"rule": "field"}, "id_rule_error", 'The stop rule "field" reads a field of JSON'),
        ({"token": "THE END"}, "id_token_error", "The stop token must be one word"),
        ({"opening-1-content": "<GOAL>", "forward": "<RESPONSE>"}, "", 'No message says when to write "FINISH"'),
        ({"speaks_as": "user"}, "id_speaks_as_error", "receives only the response"),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_nothing_is_lost(
    client: Client, changes: dict[str, Any], place: str, sentence: str
) -> None:
    store_version("taken", PLAIN)
    sent = fields(load("plain"), **{"name": "mine", "source": "Half a page of notes."} | changes)
    response = client.post("/new-prompt-set/inquirer/", sent)
    assert response.status_code == 422
    assert escape(sentence) in response.text
    assert f'id="{place}' in response.text
    assert "Half a page of notes." in response.text
    assert PromptVersion.objects.count() == 1


def test_a_file_is_imported_as_it_is(client: Client) -> None:
    file = SimpleUploadedFile("mine.toml", f"# A note\n{PLAIN}".encode())
    response = client.post("/import-prompt-set/", {"name": "mine", "file": file})
    assert response.headers["Location"] == "/prompt-sets/mine@1/"
    assert PromptVersion.objects.get().text == f"# A note\n{PLAIN}"


def test_a_mistake_in_a_file_names_the_line_and_its_text_can_be_corrected_on_the_page(client: Client) -> None:
    file = SimpleUploadedFile("mine.toml", PLAIN.replace("way =", "wy =").encode())
    response = client.post("/import-prompt-set/", {"name": "mine", "file": file})
    assert response.status_code == 422
    assert escape("there is no key 'reading.wy', perhaps you meant 'way'.") in response.text
    assert escape('wy = "whole"') in response.text
    assert client.post("/import-prompt-set/", {"name": "mine", "text": PLAIN}).status_code == 302


@pytest.mark.parametrize("file", [b"", b"\xff\xfe\x00", b"x" * 300_000])
def test_a_file_that_is_no_prompt_set_is_refused(client: Client, file: bytes) -> None:
    sent = {"name": "mine", "file": SimpleUploadedFile("mine.toml", file)}
    assert client.post("/import-prompt-set/", sent).status_code == 422
    assert not PromptVersion.objects.exists()


def test_a_form_for_another_speaker_than_the_sets_does_not_exist(client: Client) -> None:
    assert client.get("/new-prompt-set/responder/?from=plain").status_code == 404
    assert client.get("/new-prompt-set/judge/").status_code == 404

"""The list of prompt sets, and the page of one version."""

import pytest
from django.test import Client
from django.utils.html import strip_tags

from dialogue.prompt_file import read_prompts, write_prompts
from dialogue.prompts import inquirers, load, responders
from simulation.prompt_sets.differences import differences
from studies.prompt_sets.versions import store_version
from tests.factories import make_run, make_staff
from tests.simulation.scripts import request_run

pytestmark = pytest.mark.django_db
PLAIN, JSON = write_prompts(load("plain")), write_prompts(load("json"))


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def text_of(client: Client, address: str) -> str:
    """Return the text of a page, with single spaces."""
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(strip_tags(response.text.replace("<", " <")).split())


def test_the_list_shows_each_set_with_its_versions_and_their_runs(client: Client) -> None:
    store_version("mine", PLAIN)
    store_version("mine", JSON)
    request_run(inquirer_prompts="mine@1")
    said = text_of(client, "/prompt-sets/")
    assert "mine inquirer en version 2 : 0 runs version 1 : 1 run Written for this project" in said
    assert "llama-2-responder responder en built in : 1 run" in said
    for name in [*inquirers(), *responders()]:
        assert name in said


def test_imported_runs_do_not_count_because_their_sets_may_be_those_of_another_site(client: Client) -> None:
    run = make_run()
    assert "llama-2 inquirer en built in : 1 run " in text_of(client, "/prompt-sets/")
    run.configuration["imported"] = "elsewhere.jsonl"
    run.save()
    assert "llama-2 inquirer en built in : 0 runs " in text_of(client, "/prompt-sets/")


@pytest.mark.parametrize("name", [*inquirers(), *responders()])
def test_every_built_in_set_has_a_page_and_cannot_be_changed_but_copied(client: Client, name: str) -> None:
    page = client.get(f"/prompt-sets/{name}/").text
    assert "A built-in set never changes. Copy it to change it." in page
    assert f"?from={name}" in page
    assert f"/prompt-sets/{name}/change/" not in page
    assert client.get(f"/prompt-sets/{name}/change/").status_code == 404


def test_a_name_shows_the_latest_version_and_a_number_an_earlier_one(client: Client) -> None:
    store_version("mine", PLAIN)
    store_version("mine", JSON)
    assert "End the field “finished” of the JSON object is true" in text_of(client, "/prompt-sets/mine/")
    earlier = text_of(client, "/prompt-sets/mine@1/")
    assert "Utterance the whole output" in earlier
    assert "This is not the latest version. View version 2" in earlier


def test_the_page_links_the_runs_with_its_version_only(client: Client) -> None:
    store_version("mine", PLAIN)
    run = request_run(inquirer_prompts="mine")
    store_version("mine", JSON)
    assert f"/runs/{run.token}/" in client.get("/prompt-sets/mine@1/").text
    assert f"/runs/{run.token}/" not in client.get("/prompt-sets/mine@2/").text
    assert f"/runs/{run.token}/" in client.get("/prompt-sets/llama-2-responder/").text


def test_a_runs_page_links_its_prompt_sets_unless_they_may_be_those_of_another_site(client: Client) -> None:
    store_version("mine", PLAIN)
    run = request_run(inquirer_prompts="mine")
    page = client.get(f"/runs/{run.token}/").text
    assert 'href="/prompt-sets/mine@1/"' in page
    assert 'href="/prompt-sets/llama-2-responder/"' in page
    run.configuration["imported"] = "elsewhere.jsonl"
    run.save()
    page = client.get(f"/runs/{run.token}/").text
    assert "mine@1" in page
    assert 'href="/prompt-sets/mine@1/"' not in page


def test_a_version_is_downloaded_as_it_was_written(client: Client) -> None:
    store_version("mine", f"# A note\n{PLAIN}")
    file = client.get("/prompt-sets/mine@1/toml/")
    assert file.text == f"# A note\n{PLAIN}"
    assert file.headers["Content-Disposition"] == 'attachment; filename="mine-1.toml"'
    assert read_prompts(client.get("/prompt-sets/mixtral/toml/").text) == load("mixtral")


def test_versions_are_compared_line_by_line(client: Client) -> None:
    store_version("mine", PLAIN)
    store_version("mine", PLAIN.replace('way = "whole"', 'way = "json"'))
    page = client.get("/prompt-sets/mine/?against=mine@1").text
    assert "<del>− way = &quot;whole&quot;</del>" in page
    assert "<ins>+ way = &quot;json&quot;</ins>" in page
    assert "plain has the same text." in text_of(client, "/prompt-sets/mine@1/?against=plain")


def test_only_changed_lines_and_their_neighbours_are_shown() -> None:
    before = "\n".join(map(str, range(30)))
    changed = differences(before, before.replace("10\n", "ten\n").replace("25\n", ""))
    assert [line.text for line in changed if line.kind == "added"] == ["ten"]
    assert [line.text for line in changed if line.kind == "removed"] == ["10", "25"]
    assert [line.kind for line in changed].count("place") == 1
    assert "20" not in [line.text for line in changed]
    assert differences(before, before) == []


@pytest.mark.parametrize("address", ["none", "mine@2", "@", "a@b", "plain@1"])
def test_an_unknown_set_has_no_page(client: Client, address: str) -> None:
    store_version("mine", PLAIN)
    assert client.get(f"/prompt-sets/{address}/").status_code == 404
    assert client.get(f"/prompt-sets/{address}/toml/").status_code == 404

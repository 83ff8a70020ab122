"""A growing dialogue: the turns that an open page requests."""

from typing import get_args

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dialogue.speakers import Ending
from studies.models import Dialogue
from studies.presentation import ENDING_SENTENCES
from tests.factories import make_dialogue, make_output, make_run, make_staff, make_study, make_turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def news(client: Client, dialogue: Dialogue, shown: int) -> str:
    return client.get(f"/dialogues/{dialogue.token}/after/{shown}/").text


def test_all_dialogues_of_a_study_are_listed_those_of_people_too(client: Client) -> None:
    dialogue = make_dialogue()
    natural = Dialogue.objects.create(
        study=dialogue.study, goal=dialogue.goal, persona=dialogue.persona, kind="natural", persona_sentence="a person"
    )
    everything, people = (client.get(f"/studies/demo/dialogues/{query}").text for query in ("", "?kind=natural"))
    assert (dialogue.token in everything, natural.token in everything) == (True, True)
    assert (dialogue.token in people, natural.token in people) == (False, True)


@pytest.mark.parametrize("page", ["dialogues/", "data/natural.csv", "collecting/"])
def test_browsers_keep_no_copy_of_what_participants_wrote(client: Client, page: str) -> None:
    make_study()
    assert "no-store" in client.get(f"/studies/demo/{page}")["Cache-Control"]


def test_a_study_without_dialogues_says_where_they_come_from(client: Client) -> None:
    make_study()
    page = client.get("/studies/demo/dialogues/?kind=natural&page=7").text
    assert "python manage.py import_dialogues" in page


def test_many_dialogues_are_listed_in_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for cell in make_run(seeds=tuple(range(10))).simulations.all():
        make_dialogue(cell, turns=0)
    with django_assert_max_num_queries(15):
        client.get("/studies/demo/dialogues/")


def test_every_ending_has_its_sentence() -> None:
    assert set(ENDING_SENTENCES) == set(get_args(Ending))


def test_only_the_turns_that_the_page_lacks_are_sent(client: Client) -> None:
    dialogue = make_dialogue(turns=2, ending="")
    make_turn(dialogue, 2, utterance="And in knots?")
    page = news(client, dialogue, 2)
    assert "And in knots?" in page
    assert page.count('class="turn"') == 1
    assert f"/dialogues/{dialogue.token}/after/3/" in page


def test_nothing_is_sent_while_nothing_was_said(client: Client) -> None:
    dialogue = make_dialogue(turns=2, ending="")
    assert client.get(f"/dialogues/{dialogue.token}/after/2/").status_code == 204


def test_the_page_shows_the_ending_in_words_and_stops_polling(client: Client) -> None:
    page = news(client, make_dialogue(turns=2, ending="goal_reached"), 2)
    assert "it considered its goal reached" in page
    assert "hx-get" not in page


def test_an_ended_dialogue_without_a_recorded_ending_is_not_waited_for(client: Client) -> None:
    dialogue = make_dialogue(turns=1)
    Dialogue.objects.update(ending="", imported_from="official.jsonl")
    page = news(client, dialogue, 0)
    assert "The ending of this dialogue was not recorded." in page
    assert "hx-get" not in page


def test_every_output_is_shown_raw_rejected_ones_and_the_final_step_too(client: Client) -> None:
    dialogue = make_dialogue(turns=0)
    make_output(
        dialogue, 0, raw="I have no idea what to ask.", status="no_prompt", prompts_found=0, stop_reason="length"
    )
    make_turn(dialogue, 0, attempt=1, seconds=3.25)
    make_output(dialogue, 1, raw="FINISH <script>", status="stop")
    page = news(client, dialogue, 0)
    assert "I have no idea what to ask." in page
    assert "stopped at the length limit" in page
    assert "done after 3.25 s" in page
    assert "Sure, here is the prompt: &quot;How do I calculate" in page
    assert page.index("Final step") < page.index("FINISH &lt;script&gt;")


def test_uncounted_tokens_are_a_dash_and_unsent_settings_are_named(client: Client) -> None:
    dialogue = make_dialogue(turns=0)
    make_output(dialogue, 0, prompt_tokens=None, completion_tokens=None, unsent="seed")
    page = news(client, dialogue, 0)
    assert "<li>generated without seed</li>" in page
    assert "<li>– tokens in</li>" in page
    assert "<li>– tokens out</li>" in page


def test_failures_that_ended_nothing_are_named_at_the_utterance(client: Client) -> None:
    dialogue = make_dialogue(turns=0)
    make_output(dialogue, 0, status="incoherent")
    make_turn(dialogue, 0, attempt=1, prompts_found=3, is_self_reply=True, left_out=1)
    bubble = news(client, dialogue, 0).split("</div>")[0]
    for words in ("regenerated: incoherent", "3 prompts, the first used", "self-reply cut", "1 oldest turn left out"):
        assert words in bubble


def test_what_a_model_says_is_never_markup(client: Client) -> None:
    dialogue = make_dialogue(turns=0)
    make_turn(dialogue, 0, utterance="<script>alert(1)</script>", response="<img src=x onerror=alert(1)>")
    page = news(client, dialogue, 0)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_long_dialogue_takes_as_few_queries_as_a_short_one(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    dialogue = make_dialogue(turns=12)
    with django_assert_max_num_queries(8):
        news(client, dialogue, 0)

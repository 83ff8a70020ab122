"""The judging page: content, access, and number of queries."""

import re
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from evaluation.judging.rendered_texts import render_text
from evaluation.models import Evaluation, Evaluator, Judgement, Pair, Presentation
from evaluation.reading import normalise
from studies.models import Goal
from tests.enrolment.people import withdraw
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judgement,
    make_known_pair,
    presentations_of,
)
from tests.evaluation.judging.texts import tell
from tests.evaluation.judging.visits import WHOLE, client_of, pairs, send, send_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluator() -> Evaluator:
    evaluation = make_evaluation()
    tell(evaluation)
    return make_evaluator(evaluation)


def open_pair(evaluator: Evaluator, presentation: Presentation) -> Any:
    return client_of(evaluator).get(pairs(evaluator, presentation.token))


def practise(evaluator: Evaluator, *, natural_first: bool) -> Presentation:
    """Put a training pair before the others."""
    assignment = evaluator.assignments.get()
    for presentation in assignment.presentations.order_by("-position"):
        presentation.position += 1
        presentation.save()
    pair = make_known_pair(evaluator.evaluation, Pair.Role.TRAINING)
    return assignment.presentations.create(position=0, pair=pair, is_natural_first=natural_first)


def test_the_page_asks_in_the_papers_words_and_order(evaluator: Evaluator) -> None:
    text = open_pair(evaluator, presentations_of(evaluator)[0]).text
    words = [
        "Pair 1 of 4",
        "1st Dialogue",
        "2nd Dialogue",
        "Which dialogue is artificial?",
        "How confident are you about your choice?",
        "Which utterance reveals the artificial nature of the dialogue?",
        "No single utterance",
        "Next Dialogue",
    ]
    positions = [text.rindex(word) for word in words]
    assert positions == sorted(positions)


@pytest.mark.parametrize("is_natural_first", [True, False])
def test_the_sides_are_in_the_order_of_the_presentation(evaluator: Evaluator, is_natural_first: bool) -> None:
    tell(evaluator.evaluation, natural=[("What do people ask?", "This.")], simulated=[("What do models ask?", "That.")])
    Presentation.objects.update(is_natural_first=is_natural_first)
    text = open_pair(evaluator, presentations_of(evaluator)[0]).text
    assert (text.index("What do people ask?") < text.index("What do models ask?")) is is_natural_first


def test_prompts_and_answers_share_their_number(evaluator: Evaluator) -> None:
    text = open_pair(evaluator, presentations_of(evaluator)[0]).text
    assert [len(re.findall(rf"Utterance number: {number}<", text)) for number in range(1, 6)] == [4, 4, 2, 2, 0]
    assert re.findall(r'<option value="(\d+)"', text) == ["1", "2", "3", "4", "0"]


@pytest.mark.parametrize("setting", ["shows_goal", "shows_persona"])
def test_goal_and_persona_are_shown_as_the_evaluation_says(evaluator: Evaluator, setting: str) -> None:
    Evaluation.objects.update(**{setting: False})
    presentation = presentations_of(evaluator)[0]
    text = open_pair(evaluator, presentation).text
    assert ("<dt>Goal</dt>" in text, "<dt>Persona</dt>" in text) == (
        setting != "shows_goal",
        setting != "shows_persona",
    )
    send(evaluator, presentation)
    judgement = Judgement.objects.get()
    assert (judgement.showed_goal, judgement.showed_persona) == (setting != "shows_goal", setting != "shows_persona")


def test_a_goal_that_holds_code_shows_it_as_code(evaluator: Evaluator) -> None:
    Goal.objects.update(text="Make this faster:\n```\ndef slow(): ...\n```")
    text = open_pair(evaluator, presentations_of(evaluator)[0]).text
    assert "<pre><code>def slow(): ...\n</code></pre>" in text


def test_only_the_current_pair_is_shown(evaluator: Evaluator) -> None:
    first, second, *_ = presentations_of(evaluator)
    client = client_of(evaluator)
    assert client.get(pairs(evaluator))["Location"] == pairs(evaluator, first.token)
    assert open_pair(evaluator, second)["Location"] == pairs(evaluator)
    send(evaluator, first)
    assert open_pair(evaluator, first)["Location"] == pairs(evaluator)
    page = open_pair(evaluator, second)
    assert "Pair 2 of 4" in page.text
    assert "Previous Dialogue" not in page.text


def test_where_one_may_go_back_the_previous_pair_shows_what_was_answered(evaluator: Evaluator) -> None:
    Evaluation.objects.update(allows_back=True)
    first, second, *_ = presentations_of(evaluator)
    send(evaluator, first, WHOLE | {"choice": "not_sure"})
    assert f'href="{pairs(evaluator, first.token)}"' in open_pair(evaluator, second).text
    page = open_pair(evaluator, first)
    assert (page.status_code, page.context["page"].answer.choice) == (200, "not_sure")
    assert "Pair 1 of 4" in page.text
    assert open_pair(evaluator, presentations_of(evaluator)[2]).status_code == 302


@pytest.mark.parametrize(
    ("natural_first", "choice", "words"),
    [
        (True, "second", ["The 2nd dialogue is the artificial one", "That is what you chose."]),
        (True, "first", ["The 2nd dialogue is the artificial one", "You chose the 1st dialogue."]),
        (False, "not_sure", ["The 1st dialogue is the artificial one", "You were not sure."]),
    ],
)
def test_after_a_training_pair_the_answer_is_shown(
    evaluator: Evaluator, natural_first: bool, choice: str, words: list[str]
) -> None:
    Evaluation.objects.update(allows_back=True)
    presentation = practise(evaluator, natural_first=natural_first)
    client, feedback = client_of(evaluator), pairs(evaluator, presentation.token, "feedback")
    assert "Practice 1 of 1" in open_pair(evaluator, presentation).text
    assert client.get(feedback)["Location"] == pairs(evaluator), "not before it is judged"
    assert send(evaluator, presentation, WHOLE | {"choice": choice}).json() == {"next": feedback}
    text = client.get(feedback).text
    assert all(word in text for word in [*words, "Nobody calls themselves an AI language model."])
    assert open_pair(evaluator, presentation).status_code == 302, "the answer is known now"
    assert send(evaluator, presentation, key="key-2").json()["reason"] == "already_judged"
    assert "Previous Dialogue" not in client.get(client.get(pairs(evaluator))["Location"]).text


def test_after_a_training_pair_the_utterances_that_reveal_it_are_marked_in_place(evaluator: Evaluator) -> None:
    presentation = practise(evaluator, natural_first=False)
    presentation.pair.known |= {"reveals": [1]}
    presentation.pair.save()
    send(evaluator, presentation)
    text = client_of(evaluator).get(pairs(evaluator, presentation.token, "feedback")).text
    first, second = text.split('<section class="side')[1:]
    assert (first.count("reveals it"), second.count("reveals it")) == (1, 0)
    assert "As an AI language model playing a person" in first.split("reveals it")[1]
    assert "How fast did I run 50 meters" in second


def test_no_answer_is_shown_after_any_other_pair(evaluator: Evaluator) -> None:
    check = evaluator.assignments.get().presentations.create(
        position=90, pair=make_known_pair(evaluator.evaluation), is_natural_first=True
    )
    for number, presentation in enumerate([check, presentations_of(evaluator)[0]]):
        send(evaluator, presentation, key=f"key-{number}")
        address = pairs(evaluator, presentation.token, "feedback")
        assert client_of(evaluator).get(address)["Location"] == pairs(evaluator)


def test_attention_checks_count_like_any_other_pair(evaluator: Evaluator) -> None:
    assignment = evaluator.assignments.get()
    assignment.presentations.create(position=90, pair=make_known_pair(evaluator.evaluation), is_natural_first=True)
    practise(evaluator, natural_first=True)
    for presentation in presentations_of(evaluator)[:3]:
        make_judgement(presentation)
    assert "Pair 3 of 5" in open_pair(evaluator, presentations_of(evaluator)[3]).text


def test_a_page_takes_few_queries_however_long_the_dialogues_are(
    evaluator: Evaluator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The evaluator, the pair, both dialogues, their turns, the current pair, how far they are, the answer; then the trail."""
    presentation = presentations_of(evaluator)[0]
    client = client_of(evaluator)
    with django_assert_num_queries(7):
        client.get(pairs(evaluator, presentation.token))
    tell(evaluator.evaluation, natural=[("Why?", "Because.")] * 12, simulated=[("Why?", "Because.")] * 12)
    send_draft(evaluator, presentation, {"choice": "first"})
    with django_assert_num_queries(8):
        client.get(pairs(evaluator, presentation.token))


def test_an_evaluator_with_only_withdrawn_pairs_left_reads_so(evaluator: Evaluator) -> None:
    evaluator.assignments.get().presentations.all().delete()
    page = client_of(evaluator).get(pairs(evaluator))
    assert (page.status_code, "No pairs left to judge" in page.text) == (200, True)


def test_text_of_people_and_models_stays_text(evaluator: Evaluator) -> None:
    hostile = [("<script>alert(1)</script> **bold**", "<b onclick=x>hi</b> [a](javascript:alert(1))")]
    tell(evaluator.evaluation, natural=hostile, simulated=hostile)
    text = open_pair(evaluator, presentations_of(evaluator)[0]).text
    assert "<script>alert" not in text
    assert "<b onclick" not in text
    assert text.count("<strong>bold</strong>") == 2


@pytest.mark.django_db(transaction=True)
def test_no_text_of_a_withdrawn_participant_stays_in_memory(evaluator: Evaluator) -> None:
    open_pair(evaluator, presentations_of(evaluator)[0])
    assert render_text.cache_info().currsize > 0 and normalise.cache_info().currsize > 0
    withdraw(evaluator.evaluation.study.participants.all()[0])
    assert render_text.cache_info().currsize == normalise.cache_info().currsize == 0

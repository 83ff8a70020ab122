"""Researchers go through an evaluation as evaluators do, and nothing is stored."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from evaluation.models import Evaluation, Evaluator, Judgement, Pair, Presentation
from evaluation.planning.known_pairs import shipped_pairs
from tests.collection.factories import make_open_study
from tests.evaluation.factories import make_evaluation, make_judged_study
from tests.evaluation.judging.visits import WHOLE, post
from tests.evaluation.test_own_questions import REASON
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
WELCOME = "/s/demo/judge/1/"
PREVIEW = f"{WELCOME}preview/"
FIRST = f"{PREVIEW}pairs/0/"
ANSWER = WHOLE | {"own_answers": {"own.reason": "It rambles."}}
FOR_RESEARCHERS = "This preview is for the study’s researchers; to take part, please use the link that they sent you."


@pytest.fixture
def researcher() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def make(**fields: Any) -> Evaluation:
    return make_evaluation(make_judged_study(), **{"state": "planned", "opened_at": None} | fields)


@pytest.mark.parametrize("state", Evaluation.State.values)
def test_the_way_leads_from_consent_to_thanks_and_stores_nothing(researcher: Client, state: str) -> None:
    evaluation = make(state=state, training_pairs=1, own_questions=[REASON])
    tables = (Evaluator, Judgement, Pair, Presentation)
    before = [table.objects.count() for table in tables]
    page = researcher.get(PREVIEW)
    for address in (f"{PREVIEW}start/", FIRST):
        assert "Preview: nothing is stored." in page.text
        assert f'href="{address}"' in page.text
        page = researcher.get(address)
    assert "Practice 1 of 1" in page.text
    assert "Why?" in page.text
    assert post(researcher, f"{FIRST}draft/", ANSWER).json()["number"] == 0
    feedback = researcher.get(post(researcher, FIRST, ANSWER).json()["next"]).text
    assert "This was practice" in feedback
    address, seen = f"{PREVIEW}pairs/1/", 0
    assert f'href="{address}"' in feedback
    while address != f"{PREVIEW}end/":
        seen += 1
        assert f"Pair {seen} of 3" in researcher.get(address).text
        address = post(researcher, address, ANSWER).json()["next"]
    assert seen == 3
    assert "You have judged all your pairs" in researcher.get(address).text
    assert [table.objects.count() for table in tables] == before
    evaluation.refresh_from_db()
    assert evaluation.state == state


def test_real_dialogues_are_shown_if_there_are_any_and_made_up_ones_otherwise(researcher: Client) -> None:
    make()
    real = researcher.get(FIRST).context["page"].presentation.pair
    assert real.natural.kind == "natural"
    assert real.simulated.goal == real.natural.goal
    make_evaluation(make_open_study("empty", language="de"), state="planned", opened_at=None)
    page = researcher.get("/s/empty/judge/1/preview/pairs/0/")
    assert page.status_code == 200
    made_up = page.context["page"].presentation.pair.known
    assert made_up["goal"] in {pair["goal"] for pair in shipped_pairs("de")}


def test_an_incomplete_answer_is_refused_as_a_real_one_with_and_without_scripts(researcher: Client) -> None:
    make(own_questions=[REASON])
    refused = post(researcher, FIRST, {"choice": "not_sure"})
    assert (refused.status_code, refused.json()["sentences"]) == (
        422,
        ["Please say how confident you are about your choice.", "Write an answer to “Why?”."],
    )
    page = researcher.post(FIRST, {"choice": "first", "own.reason": "typed"})
    assert page.status_code == 422
    assert "typed</textarea>" in page.text
    assert post(researcher, FIRST, {"choice": ["?"]}).status_code == 400


def test_pairs_of_people_who_withdrew_are_not_shown(researcher: Client) -> None:
    evaluation = make(state="open", opened_at=timezone.now())
    evaluation.pairs.update(withdrawn_at=timezone.now(), natural=None, simulated=None)
    assert researcher.get(FIRST).context["page"].presentation.pair.known
    assert researcher.get(f"{PREVIEW}pairs/99/").headers["Location"] == f"{PREVIEW}end/"


@pytest.mark.parametrize("address", [PREVIEW, f"{PREVIEW}start/", FIRST, f"{FIRST}draft/", f"{PREVIEW}end/"])
def test_others_are_told_in_one_sentence_whom_the_preview_is_for(address: str) -> None:
    make()
    page = Client().get(address)
    assert page.status_code == 403
    assert FOR_RESEARCHERS in page.text


def test_the_evaluators_link_offers_the_preview_to_researchers_only(researcher: Client) -> None:
    evaluation = make(state="open", opened_at=timezone.now())
    assert PREVIEW in researcher.get(WELCOME).text
    assert PREVIEW not in Client().get(WELCOME).text
    Evaluation.objects.filter(pk=evaluation.pk).update(state="closed")
    assert researcher.get(WELCOME).headers["Location"] == PREVIEW

"""The consent page names who does the study and what it means for people; every page says whom to ask for help."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from collection.models import Participant
from evaluation.models import Evaluation
from studies.models import Study
from tests.collection.factories import make_open_study
from tests.collection.research.editing import address, edit
from tests.enrolment.visits import EVALUATION, STUDY, agree
from tests.evaluation.factories import make_evaluation
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
FACTS: dict[str, Any] = {
    "researchers": "Ada Lovelace, University of London",
    "contact": "ada@example.org",
    "duration": "about 40 minutes",
    "payment": "6 £ <on the same day>",
    "ethics_approval": "ERB-17",
}
NAMES = {
    "en": ("Researchers", "Contact", "Duration", "Payment", "Ethics approval"),
    "de": ("Forschende", "Kontakt", "Dauer", "Vergütung", "Ethikvotum"),
    "zh-hans": ("研究人员", "联系方式", "所需时间", "报酬", "伦理审查批准"),
}


@pytest.mark.parametrize("language", NAMES)
def test_participants_read_the_facts_in_their_language_and_the_contact_on_every_page(
    client: Client, language: str
) -> None:
    make_open_study(language=language, **FACTS)
    page = client.get(STUDY).text
    for name, said in zip(NAMES[language], FACTS.values(), strict=True):
        assert f"<dt>{name}</dt>" in page
        assert said.replace("<", "&lt;").replace(">", "&gt;") in page
    agree(client)
    for place in ("form/", "withdraw/", "nothing/here/"):
        assert 'href="mailto:ada@example.org"' in client.get(f"{STUDY}{place}").text


def test_facts_that_are_not_set_are_left_out(client: Client) -> None:
    make_open_study()
    page = client.get(STUDY).text
    assert "<dt>" not in page
    assert "contact the researchers who invited you" in page


def test_evaluators_read_the_facts_of_the_study_with_their_own_duration_and_payment(client: Client) -> None:
    make_evaluation()
    Study.objects.update(**FACTS)
    Evaluation.objects.update(duration="half an hour", payment="5 £")
    page = client.get(EVALUATION).text
    assert all(f"{said}</dd>" in page for said in ("half an hour", "5 £", FACTS["researchers"], "ERB-17"))
    assert "about 40 minutes" not in page


def test_researchers_set_the_facts_on_the_page_of_texts(client: Client) -> None:
    study = make_open_study()
    client.force_login(make_staff())
    assert edit(client, study, "texts/", **FACTS).status_code == 302
    assert Study.objects.filter(**FACTS).exists()
    Study.objects.update(frozen_at=timezone.now())
    assert all(f"<dd>{said}</dd>" in client.get(address(study)).text for said in ("ada@example.org", "ERB-17"))


def test_who_does_not_agree_is_thanked_and_not_stored_and_may_change_their_mind(client: Client) -> None:
    make_open_study(**FACTS)
    query = "?PROLIFIC_PID=5f3a"
    assert f'href="{STUDY}decline/{query}"' in client.get(f"{STUDY}{query}").text
    page = client.get(f"{STUDY}decline/{query}").text
    assert "You are not taking part" in page
    assert f'href="{STUDY}{query}"' in page
    assert not Participant.objects.exists()


def test_people_agree_only_to_the_facts_that_they_were_shown(client: Client) -> None:
    make_open_study(**FACTS)
    shown = client.get(STUDY).context["agreement"]
    Study.objects.update(payment="nothing")
    assert client.post(f"{STUDY}consent/", {"agreement": shown}).status_code == 422
    assert not Participant.objects.exists()

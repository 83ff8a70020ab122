"""The pages of a study that participants or runs have frozen."""

import pytest
from django.http import QueryDict
from django.test import Client

from studies.editor.pages import AboutPage
from studies.models import Goal, Study
from studies.services import freeze_study
from tests.collection.research.editing import PAGES, edit_form
from tests.factories import make_study

pytestmark = pytest.mark.django_db


def test_a_frozen_study_is_shown_and_leads_to_its_copy(client: Client) -> None:
    study = make_study()
    freeze_study(study)
    for page in PAGES:
        shown = client.get(f"/studies/demo/edit/{page}").text
        assert "Copy the study to change it." in shown
        assert "<textarea" not in shown
    answer = client.post("/studies/demo/copy/")
    assert answer["Location"] == "/studies/demo-copy/edit/"
    assert "<textarea" in client.get("/studies/demo-copy/edit/").text


def test_what_was_typed_while_the_study_froze_is_not_stored_and_not_lost(client: Client) -> None:
    study = make_study()
    form = edit_form(client, study, "texts/", welcome="Typed for an hour.")
    goals = edit_form(client, study, "goals/", **{"goals-0-text": "Another."})
    freeze_study(study)
    for page, sent, typed in (("texts/", form, "Typed for an hour."), ("goals/", goals, "Another.")):
        answer = client.post(f"/studies/demo/edit/{page}", sent)
        assert answer.status_code == 422
        assert typed in answer.text
        assert "Copy it to change it." in answer.text
    assert Study.objects.get().welcome == study.welcome
    assert not Goal.objects.filter(text="Another.").exists()


def test_a_study_that_freezes_between_the_check_and_the_storing_stays_as_it_is(client: Client) -> None:
    study = make_study()
    sent = QueryDict(mutable=True)
    sent.update(edit_form(client, study, title="Another"))
    page = AboutPage(Study.objects.get(), sent)
    assert page.is_valid()
    freeze_study(study)
    assert not page.save()
    assert "Copy it to change it." in str(page.form.non_field_errors())
    study.refresh_from_db()
    assert (study.title, study.is_frozen, study.goals.count()) == ("LLM Roleplay: the paper's study", True, 2)

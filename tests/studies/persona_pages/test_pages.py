"""A study's personas on pages: shown as sentences, added, edited and removed until the study is frozen."""

import pytest
from django.test import Client
from django.urls import reverse

from studies.models import Persona, Study
from tests.factories import make_staff, make_study


@pytest.fixture
def study(db: None) -> Study:
    return make_study(persona_count=2)


@pytest.fixture
def researcher(client: Client, study: Study) -> Client:
    client.force_login(make_staff())
    return client


def listed(study: Study) -> dict[str, dict[str, object]]:
    return dict(study.personas.order_by("code").values_list("code", "features"))


def test_the_table_shows_each_persona_as_its_sentence(researcher: Client, study: Study) -> None:
    page = researcher.get(reverse("personas", args=[study.slug])).content.decode()
    assert "a 25 to 34-year-old White individual with a Male gender identity" in page


def test_a_persona_is_added_with_the_answers_that_are_given(researcher: Client, study: Study) -> None:
    address = reverse("add-persona", args=[study.slug])
    assert 'value="P03"' in researcher.get(address).content.decode()
    researcher.post(address, {"code": "A-1", "age": "25 to 34", "race": ""})
    assert listed(study)["A-1"] == {"age": "25 to 34"}
    assert study.audit_lines.filter(verb="added", words="the persona A-1").exists()


def test_a_persona_is_edited_from_what_it_says(researcher: Client, study: Study) -> None:
    persona = study.personas.get(code="P01")
    address = reverse("edit-persona", args=[study.slug, persona.pk])
    assert '<option value="25 to 34" selected>' in researcher.get(address).content.decode()
    researcher.post(address, {"code": "P01", "gender": "Female"})
    assert listed(study)["P01"] == {"gender": "Female"}


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"code": "P02"}, "Another persona of this study has the code P02"),
        ({"code": " "}, "cannot be blank"),
        ({"code": "A", "age": "7"}, "Age Range"),
    ],
)
def test_a_persona_with_a_mistake_is_not_stored(
    researcher: Client, study: Study, sent: dict[str, str], sentence: str
) -> None:
    before = listed(study)
    response = researcher.post(reverse("add-persona", args=[study.slug]), sent)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert listed(study) == before


def test_a_persona_is_removed_until_the_study_is_frozen(researcher: Client, study: Study) -> None:
    first, second = study.personas.order_by("code")
    researcher.post(reverse("remove-persona", args=[study.slug, first.pk]))
    assert list(listed(study)) == ["P02"]
    Study.objects.update(frozen_at="2024-01-01T00:00:00Z")
    researcher.post(reverse("remove-persona", args=[study.slug, second.pk]))
    researcher.post(reverse("edit-persona", args=[study.slug, second.pk]), {"code": "P09"})
    researcher.post(reverse("add-persona", args=[study.slug]), {"code": "P10"})
    assert list(listed(study)) == ["P02"]


def test_participants_personas_are_shown_and_never_changed(researcher: Client, study: Study) -> None:
    study.personas.update(source=Persona.Source.PARTICIPANT)
    persona = study.personas.first()
    assert persona is not None
    assert researcher.get(reverse("edit-persona", args=[study.slug, persona.pk])).status_code == 404
    assert "collected from a participant" in researcher.get(reverse("personas", args=[study.slug])).content.decode()

"""A study that is changed while a visitor reads its consent."""

import pytest
from django.test import Client

from collection.models import Participant
from collection.research.opening import open_study
from studies.models import Study
from tests.collection.research.editing import edit
from tests.factories import make_study

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("scripted_models")
def test_who_has_read_another_text_reads_the_new_one_before_they_enrol(client: Client) -> None:
    study = make_study()
    open_study(study)
    reader = Client()
    agreement = reader.get("/s/demo/").context["agreement"]
    edit(client, study, "texts/", consent="You agree to **everything**.")
    assert Study.objects.get().consent == "You agree to **everything**."
    page = reader.post("/s/demo/consent/", {"agreement": agreement})
    assert (page.status_code, Participant.objects.count()) == (422, 0)
    assert "You agree to <strong>everything</strong>." in page.text
    reader.post("/s/demo/consent/", {"agreement": page.context["agreement"]})
    assert Participant.objects.count() == 1

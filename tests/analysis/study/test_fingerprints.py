"""The fingerprint changes with every input of an analysis."""

import pytest
from django.utils import timezone

from analysis.study.sources import fingerprint
from evaluation.models import Judgement, Pair
from studies.models import Study
from tests.analysis.study.factories import make_flagged, make_judged_evaluation
from tests.collection.factories import make_natural_dialogue, make_participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return make_judged_evaluation().study


def test_whatever_an_analysis_is_made_of_changes_the_fingerprint(study: Study) -> None:
    seen = {fingerprint(study)}
    make_flagged(study)
    seen.add(fingerprint(study))
    Judgement.objects.latest("pk").delete()
    seen.add(fingerprint(study))
    Judgement.objects.update(submitted_at=timezone.now())
    seen.add(fingerprint(study))
    Pair.objects.filter(pk=Pair.objects.earliest("pk").pk).update(withdrawn_at=timezone.now())
    seen.add(fingerprint(study))
    make_natural_dialogue(make_participant(study), goal=study.goals.first(), ending="next_goal")
    seen.add(fingerprint(study))
    study.evaluations.update(state="open")
    seen.add(fingerprint(study))
    seen.add(fingerprint(study, [1]))
    assert len(seen) == 8


def test_what_judgements_are_about_changes_the_fingerprint(study: Study) -> None:
    before = fingerprint(study)
    study.goals.update(domain="Poetry")
    assert fingerprint(study) != before

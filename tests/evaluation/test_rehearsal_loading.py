"""A study that happens to have the rehearsal's name is not the rehearsal."""

import pytest

from evaluation.models import Evaluation
from evaluation.rehearsal.loading import load_rehearsal, open_rehearsal
from tests.factories import make_study


@pytest.mark.django_db
def test_another_study_of_that_name_is_not_changed() -> None:
    own = make_study("rehearsal")
    assert load_rehearsal() == own
    assert not Evaluation.objects.exists()
    assert own.personas.count() == 2
    assert open_rehearsal() is None

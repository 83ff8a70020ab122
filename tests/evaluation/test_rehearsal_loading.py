"""The rehearsal is loaded once and whole, and beside it nothing changes."""

from io import StringIO
from time import thread_time

import pytest
from django.core.management import call_command

from collection.settings_of_studies import load_demo_study
from evaluation.models import Evaluation, Judgement
from evaluation.rehearsal import loading
from evaluation.rehearsal.loading import load_rehearsal, open_rehearsal
from studies.models import Study, Turn
from tests.evaluation.rehearsing import remove, said
from tests.factories import make_study

pytestmark = pytest.mark.django_db


def test_the_command_says_what_there_is_and_changes_nothing_when_it_is_repeated_even_if_reopened() -> None:
    before, out = said(load_rehearsal()), StringIO()
    call_command("load_rehearsal", stdout=out)
    assert out.getvalue() == (
        "Study 'rehearsal' (synthetic, for trying out the software): 200 natural dialogues, 4 runs, 2 evaluations.\n"
    )
    assert said(Study.objects.get()) == before
    assert (Evaluation.objects.count(), Judgement.objects.count()) == (2, 800)
    Evaluation.objects.filter(number=1).update(state="open")
    load_rehearsal()
    assert (Judgement.objects.count(), Evaluation.objects.filter(state="open").count()) == (800, 2)


def test_it_is_made_within_seconds_and_touches_no_other_study_and_says_the_same_everywhere() -> None:
    demo, begun = load_demo_study("tiny"), thread_time()
    study = load_rehearsal()
    assert thread_time() - begun < 20
    assert not demo.dialogues.exists()
    assert not demo.runs.exists()
    assert Judgement.objects.count() == 800
    first = said(study)
    remove(study)
    assert said(load_rehearsal()) == first


def test_what_fails_half_way_is_completed_when_it_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails later each time, beginning with what the time before has left."""

    def fail(*_: object) -> None:
        raise RuntimeError("The disk is full.")

    for step in ("fill_study", "open_evaluation", "close_evaluation"):
        with monkeypatch.context() as broken:
            broken.setattr(loading, step, fail)
            with pytest.raises(RuntimeError):
                load_rehearsal()
        assert not Judgement.objects.exists()
    load_rehearsal()
    assert [one.state for one in Evaluation.objects.order_by("number")] == ["closed", "open"]
    assert (Judgement.objects.count(), Turn.objects.count() > 1000) == (800, True)


def test_another_study_of_that_name_is_not_changed() -> None:
    own = make_study("rehearsal")
    assert load_rehearsal() == own
    assert not Evaluation.objects.exists()
    assert own.personas.count() == 2
    assert open_rehearsal() is None

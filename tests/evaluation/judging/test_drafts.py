"""Drafts, revisions and times."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from evaluation.judging.clocks import LAG, LONGEST, Clocks, read_clocks
from evaluation.judging.submissions import MOST_REVISIONS
from evaluation.models import Evaluation, Evaluator, Judgement, Presentation, Revision
from tests.evaluation.factories import make_evaluation, make_evaluator, presentations_of
from tests.evaluation.judging.texts import tell
from tests.evaluation.judging.visits import CLOCKS, SIDED, WHOLE, client_of, pairs, send, send_draft

SOMEWHAT = {"choice": "second", "confidence": "somewhat confident"}


@pytest.fixture
def evaluator(db: None) -> Evaluator:
    evaluation = make_evaluation()
    tell(evaluation)
    return make_evaluator(evaluation)


@pytest.fixture
def presentation(evaluator: Evaluator) -> Presentation:
    return presentations_of(evaluator)[0]


def test_seeing_a_pair_stores_nothing_until_the_page_says_so(evaluator: Evaluator, presentation: Presentation) -> None:
    client = client_of(evaluator)
    client.get(pairs(evaluator, presentation.token))
    client.get(pairs(evaluator, presentation.token, "state"))
    assert not Judgement.objects.exists()
    send_draft(evaluator, presentation, {}, clocks={"elapsed": 2.0})
    judgement = Judgement.objects.get()
    assert timedelta(seconds=2) <= timezone.now() - judgement.shown_at < timedelta(seconds=60)
    assert (judgement.choice, judgement.submitted_at, Revision.objects.count()) == ("", None, 0)


def test_every_change_is_a_revision_and_none_is_stored_twice(evaluator: Evaluator, presentation: Presentation) -> None:
    changes: list[dict[str, Any]] = [{}, {"choice": "first"}, {"choice": "first"}, SOMEWHAT, WHOLE | SIDED, {}]
    lengths = [send_draft(evaluator, presentation, change).json()["number"] for change in changes]
    assert lengths == [0, 1, 1, 2, 3, 4]
    assert send(evaluator, presentation).status_code == 200
    trail = Revision.objects.values_list("number", "choice", "utterance_bubble", "is_submitted")
    assert list(trail) == [
        (1, "first", "", False),
        (2, "second", "", False),
        (3, "first", "prompt", False),
        (4, "", "", False),
        (5, "first", "", True),
    ]
    assert Judgement.objects.get().confidence == "very confident"


def test_a_draft_is_there_after_a_reload_and_for_another_tab(evaluator: Evaluator, presentation: Presentation) -> None:
    send_draft(evaluator, presentation, SOMEWHAT | {"utterance_number": 2}, clocks=CLOCKS)
    client = client_of(evaluator)
    page = client.get(pairs(evaluator, presentation.token)).context["page"]
    assert (page.answer.choice, page.answer.utterance_number) == ("second", 2)
    state = client.get(pairs(evaluator, presentation.token, "state")).json()
    rest = {"utterance_number": 2, "utterance_side": "", "utterance_bubble": "", "own_answers": {}}
    assert state["answer"] == SOMEWHAT | rest
    assert (state["number"], state["submitted"], state["next"]) == (1, 0, pairs(evaluator))
    assert 60 <= state["clocks"]["elapsed"] < 120
    assert (state["clocks"]["active"], state["clocks"]["scrolled_first"]) == (45, 1)
    send(evaluator, presentation)
    assert client.get(pairs(evaluator, presentation.token, "state")).json()["submitted"] == 1


def test_a_draft_keeps_the_assignment(evaluator: Evaluator, presentation: Presentation) -> None:
    assignment = evaluator.assignments.get()
    assignment.reserved_until = timezone.now() + timedelta(minutes=1)
    assignment.save()
    send_draft(evaluator, presentation, {"choice": "first"})
    assignment.refresh_from_db()
    assert assignment.reserved_until is not None
    assert assignment.reserved_until > timezone.now() + timedelta(hours=23)


def test_a_draft_that_cannot_be_about_the_pair_is_refused(evaluator: Evaluator, presentation: Presentation) -> None:
    refused = send_draft(evaluator, presentation, {"choice": "first", "utterance_number": 9})
    assert (refused.status_code, refused.json()["reason"]) == (422, "unanswerable")
    assert not Judgement.objects.exists()


def test_the_clocks_are_kept_with_the_judgement(evaluator: Evaluator, presentation: Presentation) -> None:
    send(evaluator, presentation, clocks=CLOCKS)
    judgement = Judgement.objects.get()
    stored = [getattr(judgement, field) for field in Judgement.MEASURES]
    assert stored == [1.5, 40, 60, 45, 10, 5, 1, 0.5]
    assert judgement.submitted_at is not None
    assert (judgement.submitted_at - judgement.shown_at).total_seconds() == pytest.approx(60)
    assert Revision.objects.get().active_seconds == 45


def test_without_scripts_no_time_is_made_up(evaluator: Evaluator, presentation: Presentation) -> None:
    client = client_of(evaluator)
    client.post(pairs(evaluator, presentation.token, "submit"), {key: str(value) for key, value in WHOLE.items()})
    judgement = Judgement.objects.get()
    assert {getattr(judgement, field) for field in Judgement.MEASURES} == {None}


def test_nobody_has_looked_longer_than_since_they_were_shown_the_pair(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    send_draft(evaluator, presentation, {}, clocks={"elapsed": 10})
    send(evaluator, presentation, clocks=CLOCKS | {"elapsed": 9_999, "active": 9_000, "decision": 8_000})
    judgement = Judgement.objects.get()
    most = 10 + LAG + 60
    assert 10 <= judgement.submit_seconds <= most  # type: ignore[operator]
    assert judgement.active_seconds <= most  # type: ignore[operator]
    assert judgement.decision_seconds <= most  # type: ignore[operator]
    assert judgement.hidden_seconds == 0


def test_what_was_seen_once_stays_seen(evaluator: Evaluator, presentation: Presentation) -> None:
    send_draft(evaluator, presentation, {}, clocks=CLOCKS)
    send(evaluator, presentation, clocks=CLOCKS | {"scrolled_first": 0.2, "scrolled_second": 0.9})
    judgement = Judgement.objects.get()
    assert (judgement.scrolled_first, judgement.scrolled_second) == (1, 0.9)


@pytest.mark.parametrize("raw", [None, [], "fast", 3])
def test_clocks_that_are_none_are_unknown(raw: object) -> None:
    assert read_clocks(raw) == Clocks()


@pytest.mark.parametrize("value", [None, "3", True, -1, float("nan"), float("inf"), [], {}])
def test_a_clock_that_is_no_time_is_unknown(value: object) -> None:
    clocks = read_clocks(CLOCKS | {"decision": value, "scrolled_first": value})
    assert (clocks.decision, clocks.scrolled_first, clocks.active) == (None, None, 45)
    assert read_clocks(CLOCKS | {"elapsed": value}) == Clocks(scrolled_first=1, scrolled_second=0.5)


def test_a_clock_that_no_machine_could_count_is_the_longest_there_is() -> None:
    assert read_clocks({"elapsed": 10**400, "scrolled_first": 10**400}) == Clocks(elapsed=LONGEST, scrolled_first=1)


def test_no_time_is_counted_twice() -> None:
    clocks = read_clocks({"elapsed": 10, "active": 7, "idle": 7, "hidden": 7, "first_interaction": 30})
    assert clocks == Clocks(elapsed=10, active=7, idle=3, hidden=0, first_interaction=10)
    assert clocks.within(5) == Clocks(elapsed=5, active=5, idle=0, hidden=0, first_interaction=5)


def test_revisions_are_limited_and_the_last_answer_still_counts(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    send_draft(evaluator, presentation, {"choice": "first"})
    Revision.objects.update(number=MOST_REVISIONS)
    for choice in ("second", "first", "second"):
        send_draft(evaluator, presentation, {"choice": choice})
        assert Revision.objects.get().choice == Judgement.objects.get().choice == choice
    assert send(evaluator, presentation, WHOLE).status_code == 200
    assert Judgement.objects.get().choice == "first"
    trail = Revision.objects.values_list("number", "choice", "is_submitted")
    assert list(trail) == [(MOST_REVISIONS, "first", True)]


def test_at_the_limit_of_revisions_a_draft_replaces_no_submission(
    evaluator: Evaluator, presentation: Presentation
) -> None:
    Evaluation.objects.update(allows_back=True)
    send(evaluator, presentation, WHOLE)
    Revision.objects.update(number=MOST_REVISIONS)
    send_draft(evaluator, presentation, SOMEWHAT)
    assert Revision.objects.get().is_submitted
    send(evaluator, presentation, WHOLE | SOMEWHAT, key="key-2")
    assert Revision.objects.get().choice == Judgement.objects.get().choice == "second"

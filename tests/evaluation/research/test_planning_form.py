"""The form with which a researcher plans an evaluation."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from evaluation.models import Evaluation
from evaluation.planning.opening import open_evaluation
from evaluation.research.evaluation_editor import EvaluationEditor
from simulation.models import Run
from studies.models import Study
from tests.collection.factories import make_open_study
from tests.collection.research.forms import read_form
from tests.evaluation.factories import make_evaluation, make_judged_study
from tests.evaluation.research.planning import EDIT, NEW, PAGE, TRAINING, every_run, read, send
from tests.evaluation.test_own_questions import REASON

pytestmark = pytest.mark.django_db


def test_an_evaluation_begins_as_the_papers(client: Client, study: Study) -> None:
    assert send(client, NEW, runs=every_run(study)).headers["Location"] == PAGE
    made = Evaluation.objects.get()
    assert (made.number, made.state, made.pairs_per_evaluator, made.judges_per_pair) == (1, "planned", 40, 1)
    assert (made.shows_goal, made.shows_persona, made.hides_unanswered, made.allows_back) == (True, True, True, False)
    assert made.runs.count() == 2


def test_no_two_evaluations_begin_with_the_same_seed(client: Client, study: Study) -> None:
    """Anyone with the software who guesses the seed, the people and the models can draw all sides again."""
    seeds = {read_form(client.get(NEW).text)["seed"] for _ in range(5)}
    assert len(seeds) == 5
    send(client, NEW, runs=every_run(study), seed="73")
    assert Evaluation.objects.get().seed == 73


def test_the_runs_are_offered_with_what_they_hold(client: Client, study: Study) -> None:
    Run.objects.update(created_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    page = read(client, NEW)
    for model in ("mixtral", "gpt-4"):
        assert f"<strong>{model}</strong>, responder tiny" in page
    assert "seed 73 · 8 of 8 dialogues ended · 1 Mar 2026, 09:30 UTC" in page


def test_an_evaluation_can_be_planned_and_previewed_before_there_are_runs(client: Client) -> None:
    make_open_study()
    assert "The study has no runs yet. You can plan the evaluation and preview it" in read(client, NEW)
    assert send(client, NEW).headers["Location"] == "/studies/demo/evaluations/1/"
    assert "No run is chosen. Choose at least one." in read(client, "/studies/demo/evaluations/1/")
    assert client.get("/s/demo/judge/1/preview/pairs/0/").status_code == 200
    cockpit = read(client, "/studies/demo/")
    assert "Judging needs natural dialogues" in cockpit
    assert "View evaluation</a>" in cockpit


def test_what_is_missing_or_impossible_is_said_and_nothing_is_stored(client: Client, study: Study) -> None:
    bad = {"completed-redirect_url": "ftp://example.org"}
    answer = send(client, NEW, judges_per_pair="0", external_id_parameter="who?", **bad)
    assert answer.status_code == 422
    for words in ("Choose at least one run.", "greater than or equal to 1", "Use only letters, digits", "valid URL"):
        assert words in answer.text
    assert not Evaluation.objects.exists()


def test_a_run_of_another_study_is_refused(client: Client, study: Study) -> None:
    other = make_judged_study("other")
    assert send(client, NEW, runs=every_run(other)).status_code == 422


def test_evaluations_are_numbered_one_after_the_other(client: Client, study: Study) -> None:
    for number in (1, 2):
        answer = send(client, NEW, runs=every_run(study))
        assert answer.headers["Location"] == f"/studies/demo/evaluations/{number}/"


def test_a_plan_can_be_changed_and_keeps_what_was_not_touched(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned", title="First", known_pairs=[TRAINING])
    assert send(client, EDIT, pairs_per_evaluator="10", shows_persona="").status_code == 302
    changed = Evaluation.objects.get()
    assert (changed.title, changed.pairs_per_evaluator, changed.shows_persona) == ("First", 10, False)
    assert (changed.known_pairs, changed.runs.count()) == ([TRAINING], 2)


def test_how_evaluators_leave_is_stored_with_the_plan_and_changed_with_it(client: Client, study: Study) -> None:
    ending = {
        "completed-text": "Thanks, **all**.",
        "completed-code": "C1",
        "completed-redirect_url": "https://x.example/",
        "full-text": "Nothing is *left*.",
        "full-code": "F1",
    }
    assert send(client, NEW, runs=every_run(study), **ending).status_code == 302
    assert send(client, EDIT, **{"completed-code": "C2"}).status_code == 302
    outcomes = Evaluation.objects.get().outcomes.values_list("kind", "text", "code", "redirect_url")
    assert set(outcomes) == {
        ("completed", "Thanks, **all**.", "C2", "https://x.example/"),
        ("full", "Nothing is *left*.", "F1", ""),
    }
    page = read(client, PAGE)
    for words in ("Thanks, <strong>all</strong>.", "C2", "Nothing is <em>left</em>.", "F1"):
        assert words in page
    seen = client.post("/studies/demo/evaluations/preview/completed-text/", {"completed-text": "**Bye**"}).text
    assert "<strong>Bye</strong>" in seen
    assert client.post("/studies/demo/evaluations/preview/full-text/", {"full-text": "x"}).status_code == 200


def test_a_mistake_in_the_ending_without_pairs_is_listed_and_nothing_is_stored(client: Client, study: Study) -> None:
    answered = send(client, NEW, runs=every_run(study), **{"full-redirect_url": "nowhere at all"})
    assert "No pair left, " in answered.text
    assert not Evaluation.objects.exists()


def test_an_opened_one_shows_what_it_holds_and_cannot_be_changed(client: Client, study: Study) -> None:
    make_evaluation(study, completion_code="CODE-7")
    page = read(client, EDIT)
    assert "its settings are final" in page
    assert "CODE-7" in page
    assert client.post(EDIT, {"title": "Other"}).status_code == 409
    assert Evaluation.objects.get().title == ""


def test_one_that_was_opened_while_the_form_was_stays_as_it_is(client: Client, study: Study) -> None:
    planned = make_evaluation(study, state="planned", pairs_per_evaluator=8)
    sent = read_form(client.get(EDIT).text) | {"title": "Too late"}
    editor = EvaluationEditor(planned, sent, {})
    open_evaluation(Evaluation.objects.get())
    assert editor.is_valid()
    assert not editor.save()
    assert "opened in the meantime" in editor.mistakes[0].words
    assert Evaluation.objects.get().title == ""


def test_a_text_is_shown_as_evaluators_will_read_it(client: Client, study: Study) -> None:
    sent = client.post("/studies/demo/evaluations/preview/instruction/", {"instruction": "**Choose** <b>one</b>"})
    assert "<strong>Choose</strong> &lt;b&gt;one" in sent.text
    assert client.post("/studies/demo/evaluations/preview/secret/", {}).status_code == 404


def test_a_similar_evaluation_begins_with_the_settings_questions_and_texts_of_another(
    client: Client, study: Study
) -> None:
    first = make_evaluation(
        study, own_questions=[REASON], judges_per_pair=2, instruction="Look twice.", completion="Ta!"
    )
    assert send(client, f"{NEW}?like=1", title="Again").headers["Location"] == "/studies/demo/evaluations/2/"
    made = Evaluation.objects.get(number=2)
    assert (made.own_questions, made.judges_per_pair, made.instruction) == ([REASON], 2, "Look twice.")
    assert made.outcomes.get(kind="completed").text == "Ta!"
    assert (made.state, made.seed != first.seed, set(made.runs.all())) == ("planned", True, set(first.runs.all()))
    assert client.get(f"{NEW}?like=99").status_code == client.get(f"{NEW}?like=x").status_code == 200

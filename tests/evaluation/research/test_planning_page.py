"""A researcher plans an evaluation: the form, the plan, and what can be done with it before it is opened."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from evaluation.models import Evaluation
from evaluation.planning.opening import open_evaluation
from evaluation.research.evaluation_editor import EvaluationEditor
from simulation.models import Run
from studies.models import Study
from tests.collection.factories import make_open_study
from tests.collection.research.forms import read_form
from tests.evaluation.factories import KNOWN, make_evaluation, make_judged_study
from tests.evaluation.test_own_questions import REASON

pytestmark = pytest.mark.django_db
NEW = "/studies/demo/evaluations/new/"
PAGE = "/studies/demo/evaluations/1/"
EDIT = f"{PAGE}edit/"
TRAINING = KNOWN | {"role": "training"}


@pytest.fixture
def study() -> Study:
    """Four people and two models over two goals: 16 pairs."""
    return make_judged_study(people=4)


def read(client: Client, address: str = PAGE) -> str:
    return " ".join(client.get(address).text.split())


def send(client: Client, address: str, **typed: Any) -> Any:
    """Sends the page's form as it is shown, but for what is typed."""
    sent = read_form(client.get(address).text) | typed
    return client.post(address, {name: value for name, value in sent.items() if value != ""})


def every_run(study: Study) -> list[str]:
    return [str(run.pk) for run in study.runs.all()]


def upload(content: str, name: str = "pairs.toml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


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


def test_the_plan_is_shown_before_anything_is_stored(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned", pairs_per_evaluator=8)
    page = read(client)
    for words, count in {
        "Natural dialogues": 8,
        "Pairs": 16,
        "Judgements in total": 16,
        "Evaluators needed": 2,
    }.items():
        assert f"<dt>{words}</dt><dd>{count}</dd>" in page
    assert "2 assignments of 8 pairs" in page
    assert '<th scope="row">mixtral</th><td class="number">8</td>' in page
    assert not Evaluation.objects.get().pairs.exists()


def test_what_is_left_out_is_said_with_its_reason(client: Client, study: Study) -> None:
    study.dialogues.filter(kind="natural", goal__number=1).update(ending="left")
    make_evaluation(study, state="planned")
    assert "4 natural dialogues: abandoned by the participant." in read(client)


def test_a_plan_that_cannot_be_opened_says_why_and_offers_no_button(client: Client, study: Study) -> None:
    study.dialogues.filter(kind="natural").update(ending="left")
    make_evaluation(study, state="planned")
    page = read(client)
    assert 'class="notice error"' in page
    assert "Open evaluation" not in page
    client.post(PAGE, {"action": "open"})
    assert Evaluation.objects.get().is_planned


def test_a_plan_without_assignments_shows_no_empty_numbers(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned", pairs_per_evaluator=300)
    page = read(client)
    assert "An evaluator may see only one pair of each natural dialogue." in page
    assert not [words for words in ("Evaluators needed", "Per assignment", "Natural 1st") if words in page]


def test_a_plan_is_opened_from_its_page(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned", pairs_per_evaluator=8)
    page = client.post(PAGE, {"action": "open"}, follow=True).text
    assert "The evaluation is open. Share the link below." in page
    assert 'value="http://testserver/s/demo/judge/1/"' in page
    assert Evaluation.objects.get().pairs.count() == 16


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


@pytest.mark.parametrize("name", ["pairs.json", "pairs.toml"])
def test_own_known_pairs_come_from_a_file_and_can_be_forgotten(client: Client, study: Study, name: str) -> None:
    content = json.dumps([TRAINING]) if name.endswith("json") else f"pairs = [{toml_table(TRAINING)}]"
    assert send(client, NEW, runs=every_run(study), known_pairs_file=upload(content, name)).status_code == 302
    assert Evaluation.objects.get().known_pairs == [TRAINING]
    assert "1 pair of your own is stored" in read(client, EDIT)
    assert send(client, EDIT, forgets_known_pairs="on").status_code == 302
    assert Evaluation.objects.get().known_pairs == []


def test_what_no_database_takes_is_made_visible_in_known_pairs(client: Client, study: Study) -> None:
    content = json.dumps([TRAINING | {"goal": "NUL \x00 and half a pair \ud83d"}])
    assert send(client, NEW, runs=every_run(study), known_pairs_file=upload(content, "pairs.json")).status_code == 302
    assert Evaluation.objects.get().known_pairs[0]["goal"] == "NUL \ufffd and half a pair \ufffd"


def toml_table(values: dict[str, Any]) -> str:
    """A flat object of texts and lists, which TOML writes as JSON does but for the keys."""
    return "{" + ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items()) + "}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("pairs = [", "cannot be read as TOML"),
        ("\xff\xfe", "cannot be read as TOML"),
        ("pairs = " + "[" * 9000, "cannot be read as TOML"),
        ("pairs = " + "9" * 5000, "cannot be read as TOML"),
        ("", "This file contains no pairs"),
        ('pairs = [{role = "boss"}]', "Pair 1 must have the role"),
    ],
)
def test_a_file_that_holds_no_known_pairs_is_refused_in_words(
    client: Client, study: Study, content: str, words: str
) -> None:
    file = SimpleUploadedFile("pairs.toml", content.encode("latin-1") or b"\n")
    answer = send(client, NEW, runs=every_run(study), known_pairs_file=file)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert not Evaluation.objects.exists()


def test_a_plan_is_deleted_and_an_opened_one_is_not(client: Client, study: Study) -> None:
    make_evaluation(study, state="planned")
    assert client.post(PAGE, {"action": "delete"}).headers["Location"] == "/studies/demo/judge/"
    assert not Evaluation.objects.exists()
    make_evaluation(study)
    assert "it cannot be deleted" in client.post(PAGE, {"action": "delete"}, follow=True).text
    assert Evaluation.objects.exists()


def test_a_text_is_shown_as_evaluators_will_read_it(client: Client, study: Study) -> None:
    sent = client.post("/studies/demo/evaluations/preview/instruction/", {"instruction": "**Choose** <b>one</b>"})
    assert "<strong>Choose</strong> &lt;b&gt;one" in sent.text
    assert client.post("/studies/demo/evaluations/preview/secret/", {}).status_code == 404


def test_the_studys_page_lists_its_evaluations(client: Client, study: Study) -> None:
    assert "plan an evaluation" in read(client, "/studies/demo/judge/")
    make_evaluation(study, title="Pilot", state="planned")
    make_evaluation(study)
    page = read(client, "/studies/demo/judge/")
    assert f'<a href="{PAGE}"><strong>Pilot</strong></a> <span class="state paused">planned</span>' in page
    assert "0 of 16 judged" in page


@pytest.mark.parametrize("address", [NEW, PAGE, EDIT, f"{PAGE}rates/", f"{PAGE}live/", f"{PAGE}data/judgements.csv"])
def test_only_researchers_see_these_pages(study: Study, address: str) -> None:
    make_evaluation(study)
    assert Client().get(address).headers["Location"].startswith("/login/")
    guest = Client()
    guest.force_login(User.objects.create_user("guest"))
    assert guest.get(address).status_code == 403


@pytest.mark.parametrize("address", ["flag/", "judge-runs/", "", "edit/"])
def test_nobody_else_changes_anything(study: Study, address: str) -> None:
    before = make_evaluation(study)
    answer = Client().post(f"{PAGE}{address}", {"action": "close", "ask": "yes", "model": "tiny", "title": "Mine"})
    assert answer.headers["Location"].startswith("/login/")
    before.refresh_from_db()
    assert (before.state, before.title, before.judge_runs.count()) == ("open", "", 0)


def test_what_does_not_exist_is_not_found(client: Client, study: Study) -> None:
    for address in (PAGE, EDIT, "/studies/nope/evaluations/new/"):
        assert client.get(address).status_code == 404


QUESTION = {
    "questions-TOTAL_FORMS": "2",
    "questions-0-label": "How fluent is it?",
    "questions-0-kind": "scale",
    "questions-0-about": "each",
    "questions-0-low": "1",
    "questions-0-high": "5",
    "questions-0-ORDER": "2",
    "questions-1-label": "Why?",
    "questions-1-kind": "long_text",
    "questions-1-about": "pair",
    "questions-1-is_required": "on",
    "questions-1-ORDER": "1",
}


def test_own_questions_are_stored_in_order_shown_and_read_again(client: Client, study: Study) -> None:
    send(client, NEW, runs=every_run(study), **QUESTION)
    evaluation = Evaluation.objects.get()
    assert [(one["key"], one["about"]) for one in evaluation.own_questions] == [
        ("why", "pair"),
        ("how_fluent_is_it", "each"),
    ]
    page = read(client)
    assert 'How fluent is it? <span class="quiet">about each dialogue, scale, optional</span>' in page
    assert "Model judges answer only the paper’s questions." in page
    stored = evaluation.own_questions
    send(client, EDIT, title="Again", runs=every_run(study))
    evaluation.refresh_from_db()
    assert (evaluation.title, evaluation.own_questions) == ("Again", stored)


def test_own_questions_with_mistakes_store_nothing(client: Client, study: Study) -> None:
    bad = QUESTION | {"questions-0-high": "0", "questions-1-depends_on": "no_such"}
    answer = send(client, NEW, runs=every_run(study), **bad)
    assert answer.status_code == 422
    assert "How fluent is it?: This question has the lowest number 1 and the highest 0." in answer.text
    answer = send(client, NEW, runs=every_run(study), **bad | {"questions-0-high": "5"})
    assert "depends on the question “no_such”, which does not exist" in answer.text
    assert not Evaluation.objects.exists()


def test_typed_questions_are_previewed_before_they_are_stored(client: Client, study: Study) -> None:
    address = "/studies/demo/evaluations/questions/"
    typed = {"questions-INITIAL_FORMS": "0"} | QUESTION
    page = client.post(address, typed).text
    assert (
        page.index("Why?")
        < page.index("1st Dialogue: How fluent is it?")
        < page.index("2nd Dialogue: How fluent is it?")
    )
    assert "highest 0" in client.post(address, typed | {"questions-0-high": "0"}).text
    assert not Evaluation.objects.exists()


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

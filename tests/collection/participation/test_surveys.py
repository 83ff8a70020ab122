"""Questions beside the persona form: before the first goal, after each, and after all; and their answers in every file."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collection.answers import export_answers
from collection.models import Participant
from collection.participation.goals import leave_dialogues
from collection.research.collecting import list_everybody
from collection.research.distributions import read_survey_distributions
from simulation.imports import import_dialogues
from studies.files.codebook import export_codebook
from studies.files.exports import export_dialogues
from studies.models import Dialogue, Study, SurveyAnswer
from studies.services import copy_study, paper_questionnaire
from tests.collection.factories import (
    FEATURES,
    make_answered_turn,
    make_collected_persona,
    make_natural_dialogue,
    make_open_study,
    make_participant,
)
from tests.enrolment.people import withdraw
from tests.enrolment.visits import agree
from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]
PLACE = "/s/demo/questions/"
MOOD = {"key": "mood", "label": "Mood", "options": ["good", "bad"], "placement": "before"}
WHY = {"key": "why", "label": "Why?", "kind": "long_text", "placement": "before"} | {
    "shown_if": {"key": "mood", "answers": ["bad"]}
}
TRUST = {"key": "trust", "label": "Trust", "kind": "scale", "low": 1, "high": 5, "placement": "after_goal"}
FLUENT = {"key": "fluent", "label": "Fluent?", "options": ["Yes", "No"], "placement": "after_all"} | {
    "shown_if": {"key": "native_english", "answers": ["No"]}
}


@pytest.fixture
def study() -> Study:
    return make_open_study(questionnaire=[*paper_questionnaire(), MOOD, WHY, TRUST, FLUENT])


def chat(client: Client) -> str:
    """Finish the running goal, and return the next page."""
    running = Dialogue.objects.get(ended_at=None)
    make_answered_turn(running, 0)
    return str(client.post(f"/s/demo/chat/{running.token}/next/")["Location"])


def answer(client: Client, page: str, **answers: Any) -> Any:
    return client.post(PLACE, {"page-of": page, **answers})


def take_part(client: Client, **features: str) -> None:
    """Take part from the first page to the last."""
    agree(client)
    assert client.post("/s/demo/form/", FEATURES | features)["Location"] == PLACE
    assert answer(client, "before", mood="bad", why="It rains.")["Location"] == "/s/demo/start/"
    assert client.post("/s/demo/start/")["Location"] == "/s/demo/chat/"
    assert chat(client) == PLACE
    assert answer(client, "after_goal-1", trust="4")["Location"] == "/s/demo/chat/"
    assert chat(client) == PLACE
    assert answer(client, "after_goal-2", trust="Prefer not to say")["Location"] == PLACE
    assert answer(client, "after_all", fluent="Yes")["Location"] == "/s/demo/end/"


def stored() -> list[Any]:
    return list(SurveyAnswer.objects.order_by("pk").values_list("question", "goal__number", "value"))


ALL = [("mood", None, "bad"), ("why", None, "It rains."), ("trust", 1, 4), ("trust", 2, "Prefer not to say")]


def test_the_pages_come_in_their_places_and_the_last_one_finishes(client: Client, study: Study) -> None:
    take_part(client)
    assert stored() == [*ALL, ("fluent", None, "Yes")]
    assert Participant.objects.get().state == Participant.State.FINISHED


def test_researchers_read_in_words_which_questions_a_participant_is_at(client: Client, study: Study) -> None:
    def doing() -> str:
        [line] = list_everybody(Study.objects.get(), timezone.now())
        return line.doing

    agree(client)
    client.post("/s/demo/form/", FEATURES)
    assert doing() == "questions before the first goal"
    answer(client, "before", mood="good")
    assert doing() == "instruction"
    client.post("/s/demo/start/")
    assert doing() == "chatting: goal 1 of 2"
    chat(client)
    assert doing() == "questions about goal 1"
    answer(client, "after_goal-1", trust="4")
    chat(client)
    answer(client, "after_goal-2", trust="4")
    assert doing() == "questions after all goals"


def test_the_list_of_participants_takes_as_many_queries_for_many(study: Study) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert all(line.doing for line in list_everybody(study, timezone.now()))
        return len(captured)

    make_natural_dialogue(make_participant(study), ending="next_goal")
    few = queries()
    for _ in range(3):
        make_natural_dialogue(make_participant(study), ending="next_goal")
    assert queries() <= few


def test_a_page_without_a_question_for_this_person_is_passed_over(client: Client, study: Study) -> None:
    agree(client)
    client.post("/s/demo/form/", FEATURES | {"native_english": "Yes"})
    answer(client, "before", mood="good", why="typed, then hidden")
    client.post("/s/demo/start/")
    chat(client)
    answer(client, "after_goal-1", trust="4")
    chat(client)
    assert answer(client, "after_goal-2", trust="1")["Location"] == "/s/demo/end/"
    assert stored() == [("mood", None, "good"), ("why", None, None), ("trust", 1, 4), ("trust", 2, 1)]


def test_mistakes_store_nothing_and_a_page_that_is_over_counts_for_no_other(client: Client, study: Study) -> None:
    agree(client)
    client.post("/s/demo/form/", FEATURES)
    page = answer(client, "before", mood="bad")
    assert (page.status_code, page.text.count("Write an answer to “Why?”.")) == (422, 2)
    assert client.post("/s/demo/start/")["Location"] == PLACE
    answer(client, "before", mood="good")
    client.post("/s/demo/start/")
    chat(client)
    again = answer(client, "before", mood="bad", trust="5")
    assert again.status_code == 200
    assert "About the goal you have just finished" in again.text
    assert stored() == [("mood", None, "good"), ("why", None, None)]


def test_the_questions_about_a_goal_also_come_after_the_study_was_closed_in_it(client: Client, study: Study) -> None:
    agree(client)
    client.post("/s/demo/form/", FEATURES)
    answer(client, "before", mood="good")
    client.post("/s/demo/start/")
    make_answered_turn(Dialogue.objects.get(), 0)
    leave_dialogues(Dialogue.objects.all(), Dialogue.objects.get().started_at)
    assert client.post("/s/demo/start/")["Location"] == PLACE
    assert answer(client, "after_goal-1", trust="2")["Location"] == "/s/demo/chat/"


def test_answers_are_in_each_file_with_a_key_each_and_free_text_only_if_asked_for(client: Client, study: Study) -> None:
    take_part(client)
    (row,) = csv.DictReader(StringIO("".join(export_answers(study))))
    assert {key: row.get(key) for key in ("age", "mood", "why", "trust.goal_1", "trust.goal_2", "fluent")} == {
        **{"age": "25 to 34", "mood": "bad", "why": None},
        **{"trust.goal_1": "4", "trust.goal_2": "Prefer not to say", "fluent": "Yes"},
    }
    lines = [json.loads(line) for line in export_dialogues(study, "natural")]
    assert [line["survey"] for line in lines] == [
        {"mood": "bad", "trust": 4, "fluent": "Yes"},
        {"mood": "bad", "trust": "Prefer not to say", "fluent": "Yes"},
    ]
    first = next(csv.DictReader(StringIO("".join(export_dialogues(study, "natural", "csv")))))
    assert (first["survey.trust"], "survey.why" in first) == ("4", False)
    (row,) = csv.DictReader(StringIO("".join(export_answers(study, with_texts=True))))
    told = json.loads(next(export_dialogues(study, "natural", takes_texts=True)))
    assert (row["why"], told["survey"]["why"]) == ("It rains.", "It rains.")


def test_the_codebook_has_a_row_for_each_column_of_answers(study: Study) -> None:
    rows = {row["column"]: row for row in csv.DictReader(StringIO("".join(export_codebook(study))))}
    answers = next(csv.reader(StringIO("".join(export_answers(study, with_texts=True)))))
    assert [column for column in answers if column in rows] == list(rows)
    assert (rows["why"]["condition"], rows["why"]["free_text"]) == ("mood: bad", "yes")
    assert (rows["trust.goal_2"]["goal"], rows["trust.goal_2"]["answers"]) == ("2", "1; 2; 3; 4; 5; Prefer not to say")


def test_the_persons_download_has_them_and_a_withdrawal_deletes_them(client: Client, study: Study) -> None:
    take_part(client)
    told = client.get("/s/demo/data/").json()["survey"]
    assert [(one["question"], one["answer"]) for one in told] == [(key, value) for key, _goal, value in stored()]
    withdraw(Participant.objects.get())
    assert not SurveyAnswer.objects.exists()


def test_researchers_read_them_with_the_dialogue_and_as_figures(client: Client, study: Study) -> None:
    take_part(client)
    researcher = Client()
    researcher.force_login(make_staff())
    page = researcher.get(f"/dialogues/{Dialogue.objects.order_by('pk')[0].token}/").text
    assert '<dt>Why?</dt><dd dir="auto">It rains.</dd>' in page
    assert '<dt>Trust</dt><dd dir="auto">4</dd>' in page
    figures = {figure.key: figure for figure in read_survey_distributions(study)}
    assert list(figures) == ["mood", "trust", "fluent"]
    assert [(bar.option, bar.percent) for bar in figures["trust"].bars if bar.count] == [
        ("4", "50%"),
        ("Prefer not to say", "50%"),
    ]
    assert "Answers by Trust" in researcher.get("/studies/demo/collecting/").text


def test_imported_dialogues_bring_their_answers_or_are_refused_in_a_sentence(client: Client, study: Study) -> None:
    take_part(client)
    lines = list(export_dialogues(study, "natural", takes_texts=True))
    copy, other = copy_study(study), copy_study(study)
    for one in (copy, other):
        make_collected_persona(one, **FEATURES)
    imported = import_dialogues(copy, lines, inquirer=None, seed=73, source="natural.jsonl")
    assert imported.imported == 2
    answers = SurveyAnswer.objects.filter(persona__study=copy).order_by("pk")
    assert set(answers.values_list("question", "goal__number", "value")) == set(stored()[: len(ALL) + 1])
    Study.objects.filter(pk=other.pk).update(questionnaire=paper_questionnaire())
    other.refresh_from_db()
    refused = import_dialogues(other, lines, inquirer=None, seed=73, source="natural.jsonl")
    assert refused.unplaced[0] == "Line 1: the study does not ask the question 'mood'. Add it to the study first."
    assert not other.dialogues.exists()

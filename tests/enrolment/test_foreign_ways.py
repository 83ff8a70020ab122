"""The whole way of a participant and of an evaluator in German and in Chinese: no page has an English word.

What researchers write is digits here, so every letter on a page is the site's.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from collection.chat.endings import FAILED, UNREAD
from collection.models import Participant, Recruitment, Release
from evaluation.models import Evaluation, Evaluator, Pair
from evaluation.texts import default_consent, default_instruction
from studies.languages import ENGLISH, TRANSLATED
from studies.models import Dialogue, Generation, Study
from studies.texts import default_consent as participants_consent
from studies.texts import default_instruction as participants_instruction
from studies.texts import default_welcome
from tests.collection.factories import make_answered_turn, make_open_study, make_pending_turn
from tests.enrolment.foreign_words import NAMES, english_words, latin_words
from tests.enrolment.visits import EVALUATION, STUDY, agree
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study, presentations_of
from tests.evaluation.judging.visits import WHOLE, client_of, pairs, post
from tests.installation import MODELS_FILE

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("language", [one for one in TRANSLATED if one != ENGLISH])]
FORM = [
    {"key": "gender", "label": "1?", "options": ["1", "2"]},
    {"key": "age", "label": "2?", "options": ["3", "4"]},
]
SAID = {"utterance": "1 + 1?", "response": "2"}


@pytest.fixture(autouse=True)
def scripted(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def check(language: str, response: Any, status: int = 200) -> Any:
    """Check that a page has no English word, and return it."""
    assert response.status_code == status, response
    assert not english_words(response.text, language), response.request["PATH_INFO"]
    if language == "zh-hans":
        assert latin_words(response.text) <= NAMES, response.request["PATH_INFO"]
    return response


def make_foreign_study(language: str, **fields: Any) -> Study:
    texts = {
        "welcome": default_welcome(language),
        "consent": participants_consent(language),
        "instruction": participants_instruction(language),
    }
    study = make_open_study(
        language=language, title="1", questionnaire=FORM, min_turns=2, max_turns=5, **texts | fields
    )
    for goal in study.goals.all():
        study.goals.filter(pk=goal.pk).update(text=f"{goal.number} + 1 = ?")
    return study


def test_a_participants_way(language: str, client: Client) -> None:
    study = make_foreign_study(language)
    study.outcomes.create(kind="completed", code="77", redirect_url="https://1.org/")
    check(language, client.get(STUDY))
    check(language, client.post(f"{STUDY}consent/", {"agreement": "forged"}), 422)
    agree(client)
    check(language, client.get(STUDY))
    check(language, client.get(f"{STUDY}form/"))
    check(language, client.post(f"{STUDY}form/", {"age": "9"}), 422)
    client.post(f"{STUDY}form/", {"gender": "1", "age": "3"})
    check(language, client.get(f"{STUDY}start/"))
    client.post(f"{STUDY}start/")
    check(language, client.get(f"{STUDY}chat/"))
    dialogue = Dialogue.objects.get()
    check(language, client.post(f"{STUDY}chat/{dialogue.token}/next/", follow=True))
    make_answered_turn(dialogue, 0, **SAID)
    stopped = make_answered_turn(dialogue, 1, state="stopped", **SAID)
    stopped.generations.update(state=Generation.State.STOPPED)
    make_answered_turn(dialogue, 2, state="failed", **SAID).generations.update(state="failed", message=FAILED)
    make_pending_turn(dialogue, utterance="3?", state="interrupted", text="4", message=UNREAD)
    page = check(language, client.get(f"{STUDY}chat/"))
    assert "data-retry" in page.text
    check(language, client.get(f"{STUDY}chat/{dialogue.token}/turns/2/"))
    client.post(f"{STUDY}chat/{dialogue.token}/next/")
    for position in range(2):
        make_answered_turn(Dialogue.objects.get(ended_at=None), position, **SAID)
    client.post(f"{STUDY}chat/{Dialogue.objects.get(ended_at=None).token}/next/")
    assert "77" in check(language, client.get(f"{STUDY}end/")).text
    check(language, client.get(STUDY))
    check(language, client.get(f"{STUDY}withdraw/"))
    client.post(f"{STUDY}withdraw/")
    check(language, client.get(f"{STUDY}end/"))


def test_dead_ends_of_participants(language: str, client: Client) -> None:
    make_foreign_study(language, seats=1)
    check(language, client.get(f"{STUDY}1/2/"), 404)
    check(language, client.get(f"{STUDY}p/1/"), 404)
    check(language, client.get(f"{STUDY}?PROLIFIC_PID=%7B%7B1%7D%7D"), 400)
    agree(client, "?PROLIFIC_PID=1")
    check(language, Client().get(STUDY), 403)
    check(language, Client().get(f"{STUDY}?PROLIFIC_PID=1"))
    participant = Participant.objects.get()
    Release.objects.create(participant=participant, released_at=timezone.now())
    Recruitment.objects.update(seats=0)
    check(language, client.get(f"{STUDY}return/"))
    check(language, client.post(f"{STUDY}return/"), 403)
    Recruitment.objects.update(seats=9, opens_at=timezone.now() + timedelta(days=1))
    check(language, Client().get(STUDY), 403)
    Recruitment.objects.update(is_open=False)
    check(language, client.get(f"{STUDY}form/"), 403)
    check(language, Client().get(STUDY), 403)
    forged = Client(enforce_csrf_checks=True)
    check(language, forged.post(f"{STUDY}consent/"), 403)


def test_an_unexpected_error(language: str) -> None:
    make_foreign_study(language, persona_template="an unreadable template: [gender]")
    client = Client(raise_request_exception=False)
    agree(client)
    client.post(f"{STUDY}form/", {"gender": "1", "age": "3"})
    check(language, client.post(f"{STUDY}start/"), 500)


def test_an_evaluators_way(language: str) -> None:
    evaluation = make_foreign_evaluation(language)
    evaluator = make_evaluator(evaluation)
    client, [first, *_] = client_of(evaluator), presentations_of(evaluator)
    check(language, Client().get(EVALUATION))
    check(language, client.get(EVALUATION))
    check(language, client.get(pairs(evaluator, first.token)))
    check(language, client.post(pairs(evaluator, first.token, "submit"), {"choice": "first", "key": "1"}), 422)
    wrong = {"choice": "first", "utterance_side": "second", "utterance_number": "1", "confidence": "confident"}
    check(language, client.post(pairs(evaluator, first.token, "submit"), wrong), 422)
    said = post(client, pairs(evaluator, first.token, "submit"), {**WHOLE, "utterance_number": 99}, key="2")
    assert not english_words(said.json()["message"], language)
    post(client, pairs(evaluator, first.token, "submit"), WHOLE, key="3")
    check(language, client.get(pairs(evaluator, first.token, "feedback")))
    check(language, client.post(pairs(evaluator, first.token, "submit"), WHOLE), 409)
    for presentation in presentations_of(evaluator)[1:]:
        post(client, pairs(evaluator, presentation.token, "submit"), WHOLE, key=f"{presentation.pk}")
    check(language, client.get(f"{EVALUATION}end/"))
    check(language, client.get(f"{EVALUATION}withdraw/"))
    client.post(f"{EVALUATION}withdraw/")
    check(language, client.get(f"{EVALUATION}end/"))


def test_dead_ends_of_evaluators(language: str) -> None:
    evaluation = make_foreign_evaluation(language)
    newcomer = Client()
    agree(newcomer, "?PROLIFIC_PID=1", EVALUATION)
    check(language, newcomer.get(f"{EVALUATION}start/"))
    Evaluator.objects.update(state=Evaluator.State.LAPSED)
    check(language, newcomer.get(f"{EVALUATION}start/"))
    evaluation.assignments.all().delete()
    check(language, newcomer.post(f"{EVALUATION}start/"), 403)
    check(language, Client().get(EVALUATION), 403)
    Evaluation.objects.update(state=Evaluation.State.CLOSED)
    check(language, newcomer.get(f"{EVALUATION}start/"), 403)
    check(language, Client().get(EVALUATION), 403)
    Evaluation.objects.update(state=Evaluation.State.PLANNED)
    check(language, Client().get(EVALUATION), 403)


def make_foreign_evaluation(language: str) -> Evaluation:
    study = make_judged_study(people=1)
    Study.objects.update(language=language, title="1")
    study.goals.update(text="1 + 1 = ?")
    Dialogue.objects.update(persona_sentence="1")
    for dialogue in Dialogue.objects.all():
        dialogue.turns.update(utterance="1 + 1?", response="2")
    study.refresh_from_db()
    texts = {"consent": default_consent(language), "instruction": default_instruction(language)}
    evaluation = make_evaluation(study, completion="1", completion_code="77", training_pairs=1, **texts)
    Pair.objects.filter(pk=presentations_in(evaluation)[0].pair_id).update(role=Pair.Role.TRAINING)
    return evaluation


def presentations_in(evaluation: Evaluation) -> list[Any]:
    return [one for assignment in evaluation.assignments.all() for one in assignment.presentations.order_by("position")]

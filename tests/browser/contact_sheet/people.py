"""Visitors, participants and evaluators in every state, and the pages that each of them sees."""

from collection.models import Outcome, Participant
from collection.participation.goals import begin_goal
from evaluation.models import Evaluator
from evaluation.rehearsal.loading import REHEARSAL
from studies.services import paper_questionnaire
from tests.collection.factories import make_natural_dialogue, make_open_study, make_participant
from tests.enrolment.people import enrolment_in, enrolment_of, personal_link
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study

Ways = dict[str, list[str]]
"""By what is seen: the addresses that a new browser opens to get there. The last one leads to the page."""
TRUST = {"key": "trust", "label": "How far do you trust the chatbot?", "kind": "scale", "low": 1, "high": 5}
WHY = {"key": "why", "label": "Why?", "kind": "long_text", "required": False}


def make_people() -> Ways:
    """Store people, and return their ways."""
    return _visitors() | _participants() | _evaluators()


def _visitors() -> Ways:
    addresses = ("/", f"/results/{REHEARSAL}/", "/login/", "/nowhere/", "/s/demo/")
    return {f"visitor: {address}": [address] for address in addresses}


def _participants() -> Ways:
    after_goal = [one | {"placement": "after_goal"} for one in (TRUST, WHY)]
    study = make_open_study(
        "talking", goal_count=10, questionnaire=[*paper_questionnaire(), *after_goal], contact="ada@example.org"
    )
    Outcome.objects.create(study=study, kind="completed", code="DONE-42")
    chatting = make_participant(study)
    make_natural_dialogue(chatting)
    asked = make_participant(study)
    make_natural_dialogue(asked, ending="next_goal")
    people = {
        "form": make_participant(study, answers=None, state="enrolled"),
        "instruction": make_participant(study),
        "first message": _begin(make_participant(study)),
        "chat": chatting,
        "survey": asked,
        "end": make_participant(study, state="finished"),
        "screened out": make_participant(study, state="screened_out"),
        "withdrawn": make_participant(study, state="withdrawn"),
    }
    return {
        "participant: consent": ["/s/talking/"],
        "participant: declined": ["/s/talking/decline/"],
        "participant: preview": ["/s/talking/preview/"],
        "participant: withdrawal": [personal_link(chatting), enrolment_of(chatting).address("withdraw")],
        "participant: welcome back": [personal_link(chatting), "/s/talking/"],
        **{f"participant: {name}": [personal_link(person)] for name, person in people.items()},
    }


def _begin(participant: Participant) -> Participant:
    begin_goal(participant)
    return participant


def _evaluators() -> Ways:
    study = make_judged_study("judging", people=4)
    evaluation, with_seats = make_evaluation(study), make_evaluation(study)
    judging = make_evaluator(evaluation)
    people = {
        "instruction": make_evaluator(evaluation, state=Evaluator.State.ENROLLED),
        "pair": judging,
        "end": make_evaluator(evaluation, state=Evaluator.State.FINISHED),
    }
    return {
        "evaluator: consent": [enrolment_in(with_seats).address("welcome")],
        "evaluator: no places left": [enrolment_in(evaluation).address("welcome")],
        "evaluator: withdrawal": [personal_link(judging), enrolment_of(judging).address("withdraw")],
        **{f"evaluator: {name}": [personal_link(person)] for name, person in people.items()},
    }

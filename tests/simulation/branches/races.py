"""Races for both databases: requests for branches that arrive at once, also while a participant withdraws whose dialogues are
branched and a worker plays such a branch."""

BRANCHED_AND_LEAVING = """
from time import sleep
from django.db import transaction
from jobs.leases import LeaseLost
from simulation.branches.forking import fork
from simulation.branches.queue import BRANCHES
from simulation.branches.requests import BranchRequest
from simulation.models import Branch
from simulation.requests import RequestError
from studies.models import Dialogue, Turn
from tests.collection.factories import enrol_participant, make_natural_dialogue
from tests.enrolment.people import withdraw

person, other = enrol_participant(study), enrol_participant(study)
theirs, others = make_natural_dialogue(person), make_natural_dialogue(other)
code, other_code = person.persona.code, other.persona.code

def branch(parent, persona):
    return fork(parent, BranchRequest(2, persona, "asker", "answerer"))

played = branch(theirs, other_code)
BRANCHES.start(played)
[held] = BRANCHES.claim(Branch.objects.all(), "worker", 1)

def play():
    with transaction.atomic():
        BRANCHES.hold(held, "worker")
        sleep(0.2)
        Turn.objects.create(dialogue=held.dialogue, position=held.shared, utterance="Q", response="A")

def attempt(work):
    sleep(0 if work is play else 0.05)
    try:
        work()
    except (LeaseLost, RequestError):
        pass
    return "done"

works = [
    play,
    lambda: withdraw(person),
    lambda: branch(theirs, other_code),
    lambda: branch(theirs, ""),
    lambda: branch(others, code),
    lambda: branch(played.dialogue, code),
    lambda: branch(played.dialogue, ""),
]
print(json.dumps({
    "told": racing.at_once(attempt, works),
    "branches": Branch.objects.count(),
    "dialogues": study.dialogues.count(),
    "personas": study.personas.filter(code=code).count(),
}))
"""
LEAVING_OUTCOME = {"told": ["done"] * 7, "branches": 0, "dialogues": 1, "personas": 0}
"""The other participant's dialogue stays, without branches that the first one plays."""

CLICKED_TWICE = """
from simulation.branches.forking import fork
from simulation.branches.requests import BranchRequest
from simulation.models import Branch
from tests.collection.factories import enrol_participant, make_natural_dialogue

parent = make_natural_dialogue(enrol_participant(study))

def control(key):
    return fork(parent, BranchRequest(2, "", "asker", "answerer", is_control=True, key=key)).pk

told = racing.at_once(control, ["clicked", "clicked", "clicked", "", "", "another"])
seeds = set(parent.branches.values_list("dialogue__seed", flat=True))
print(json.dumps({"told": len(set(told)), "branches": Branch.objects.count(), "seeds": len(seeds)}))
"""
CLICKED_OUTCOME = {"told": 4, "branches": 4, "seeds": 4}
"""The click that arrived three times is one branch, and no two negative controls have the same seed."""

"""The participants and dialogues of each condition."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from collection.models import Participant
from collection.participation.assignment import completed_dialogues, people_here
from studies.models import Study


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """A condition with the number of its participants, of those who are here, have finished and have dropped out, and of its
    completed dialogues, without excluded ones. People who have been away for an hour count as dropped out until they return."""

    name: str
    weight: int
    enrolled: int
    active: int
    finished: int
    dropped_out: int
    completed: int
    excluded: int


def read_condition_lines(study: Study, now: datetime) -> list[ConditionLine]:
    """Count the participants and dialogues of each condition; empty in a study without conditions."""
    conditions = list(study.conditions.all())
    if not conditions:
        return []
    here, completed = people_here(study, now), completed_dialogues(study)
    excluded = completed_dialogues(study, excluded=True)
    counts = {condition.name: Counter[str]() for condition in conditions}
    for pk, state, names in study.participants.exclude(conditions=[]).values_list("pk", "state", "conditions"):
        for name in set(names) & set(counts):
            counts[name][_doing(state, pk in here)] += 1
    return [
        ConditionLine(
            name=one.name,
            weight=one.weight,
            enrolled=counts[one.name].total(),
            active=counts[one.name]["active"],
            finished=counts[one.name]["finished"],
            dropped_out=counts[one.name]["dropped out"],
            completed=completed.get(one.name, 0),
            excluded=excluded.get(one.name, 0),
        )
        for one in conditions
    ]


def _doing(state: str, is_here: bool) -> str:
    if state == Participant.State.FINISHED:
        return "finished"
    return "active" if is_here else "dropped out"

"""Goals in lists."""

import json
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.db import transaction

from dialogue.names import repeated_name
from studies.audit import Verb, record
from studies.editor.goal_rows import MOST_GOALS, GoalRow
from studies.files.tables import write_spreadsheet_row
from studies.lists.entries import Entry, read_entries
from studies.models import Goal, Study
from studies.models.studies import FROZEN

COLUMNS = {"text": "text", "goal": "text", "number": "number", "domain": "domain", "category": "domain"}
DOMAIN = "General Knowledge"
"""The domain of goals in lists that name none."""


def read_goals(text: str, present: Iterable[Goal] = ()) -> list[Goal]:
    """Return the goals of a list, unsaved, to be added to those that are ``present``.

    Goals without a number follow the last one. Raises UnreadableList, or ValidationError with a sentence for each fault.
    """
    present = list(present)
    entries = read_entries(text, COLUMNS, plain="text")
    highest = max((goal.number for goal in present), default=0)
    read = [_read(entry, highest + place) for place, entry in enumerate(entries, 1)]
    faults = [fault for _goal, found in read for fault in found]
    goals = [goal for goal, found in read if not found]
    if faults or (faults := list(_clashes([*present, *goals]))):
        raise ValidationError(faults)
    return goals


@transaction.atomic
def store_goals(study: Study, goals: list[Goal], *, replace: bool) -> None:
    """Add the goals to the study, or replace those that it has. Raises ValidationError if the study is frozen by now."""
    if Study.objects.select_for_update().get(pk=study.pk).is_frozen:
        raise ValidationError(FROZEN)
    if replace:
        study.goals.all().delete()
    elif clashes := list(_clashes([*study.goals.all(), *goals])):
        raise ValidationError(clashes)
    for goal in goals:
        goal.study = study
    Goal.objects.bulk_create(goals)
    record(study, Verb.CHANGED, f"the goals: {'replaced them with' if replace else 'added'} {len(goals)} from a list")


def goals_as_csv(goals: Iterable[Goal], _study: Study) -> Iterator[str]:
    """Yield the lines of a CSV that ``read_goals`` reads."""
    yield write_spreadsheet_row(["number", "domain", "text"])
    for goal in goals:
        yield write_spreadsheet_row([goal.number, goal.domain, goal.text])


def goals_as_jsonl(goals: Iterable[Goal], _study: Study) -> Iterator[str]:
    """Yield the lines of a JSON Lines file that ``read_goals`` reads."""
    for goal in goals:
        values = {"number": goal.number, "domain": goal.domain, "text": goal.text}
        yield f"{json.dumps(values, ensure_ascii=False)}\n"


def _read(entry: Entry, next_number: int) -> tuple[Goal, list[str]]:
    """Return the goal and the sentences about its faults."""
    given = {name: value for name, value in entry.values.items() if name == "text" or str(value).strip()}
    row = GoalRow({"number": next_number, "domain": DOMAIN} | given)
    if row.is_valid():
        return Goal(**{name: row.cleaned_data[name] for name in ("number", "domain", "text")}), []
    faults = [f"{entry.place}, {name}: {error}" for name, errors in row.errors.items() for error in errors]
    return Goal(), faults


def _clashes(goals: list[Goal]) -> Iterator[str]:
    """Yield what is wrong with goals as a study's only ones."""
    numbers = [goal.number for goal in goals]
    if twice := next((number for number in numbers if numbers.count(number) > 1), None):
        yield f"Two goals have the number {twice}. Give each goal a different number, or leave the numbers out."
    if (alike := repeated_name([goal.text for goal in goals])) is not None:
        yield f"Two goals have the same text: “{alike[:60]}”. Remove one."
    if len(goals) > MOST_GOALS:
        yield f"A study can have {MOST_GOALS} goals, but these would be {len(goals)}. Remove some."

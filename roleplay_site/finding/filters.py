"""The filters of a study's dialogues. Each is a field of the form and a condition for queries about dialogues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from simulation.progress import ENDING_WORDS
from studies.models import Dialogue, Study, Tag, found_unsafe, is_excluded

Choices = list[tuple[str, str]]
UNFINISHED, NOT_RECORDED = "unfinished", "not_recorded"
MOST_TURNS = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter with a list of values. ``read`` returns those of a study, each with its words."""

    name: str
    label: str
    read: Callable[[Study], Choices]
    condition: Callable[[str], Any]


def _kinds(_study: Study) -> Choices:
    return list(Dialogue.Kind.choices)


def _endings(_study: Study) -> Choices:
    return [(UNFINISHED, "not ended yet"), *ENDING_WORDS.items(), (NOT_RECORDED, "not recorded")]


def _with_ending(value: str) -> Q:
    if value == UNFINISHED:
        return Q(ended_at=None)
    return Q(ended_at__isnull=False, ending="") if value == NOT_RECORDED else Q(ending=value)


def _goals(study: Study) -> Choices:
    return [(str(goal.number), f"{goal.number} ({goal.domain})") for goal in study.goals.order_by("number")]


def _inquirers(study: Study) -> Choices:
    names = study.runs.order_by("inquirer").values_list("inquirer", flat=True).distinct()
    return [(name, name) for name in names]


def _runs(study: Study) -> Choices:
    return [(run.token, f"{run}, {run.created_at:%d %b %Y %H:%M}") for run in study.runs.all()]


def _conditions(study: Study) -> Choices:
    return [(condition.name, condition.name) for condition in study.conditions.all()]


def _tags(study: Study) -> Choices:
    names = Tag.objects.filter(dialogue__study=study).order_by("name").values_list("name", flat=True).distinct()
    return [(name, name) for name in names]


_FLAGS: Mapping[str, tuple[str, Any]] = {
    "none": ("no flag", Q(is_replaced=False) & ~Q(is_excluded()) & ~Q(found_unsafe()) & ~Q(ending="unsafe")),
    "excluded": ("excluded", Q(is_excluded())),
    "unsafe": ("unsafe", Q(ending="unsafe") | Q(found_unsafe())),
    "replaced": ("failed and replaced", Q(is_replaced=True)),
}

CHOICES = (
    Choice("kind", "Kind", _kinds, lambda value: Q(kind=value)),
    Choice("ending", "Ending", _endings, _with_ending),
    Choice("goal", "Goal", _goals, lambda value: Q(goal__number=value)),
    Choice("inquirer", "Inquirer", _inquirers, lambda value: Q(simulation__run__inquirer=value)),
    Choice("run", "Run", _runs, lambda value: Q(simulation__run__token=value)),
    Choice("condition", "Condition", _conditions, lambda value: Q(condition__name=value)),
    Choice(
        "flag", "Flag", lambda _: [(name, words) for name, (words, _) in _FLAGS.items()], lambda value: _FLAGS[value][1]
    ),
    Choice("tag", "Tag", _tags, lambda value: Q(Exists(Tag.objects.filter(dialogue=OuterRef("pk"), name=value)))),
)

"""Checks of a study's conditions, in sentences for the researcher."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError as InvalidSampling

from dialogue.model_config import SamplingTable
from dialogue.names import plain_name
from studies.chatbots import chatbot_of
from studies.language_models.catalogue import Catalogue
from studies.matching import can_cover
from studies.models import Condition, Study
from studies.prompt_sets.library import find_prompts


@dataclass(frozen=True, slots=True)
class Fault:
    """A sentence about the condition at ``place`` (None: about all of them), and the field that must change."""

    sentence: str
    place: int | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Design:
    """The parts of a study on which its conditions depend, as they will be stored."""

    study: Study
    goals: Sequence[int]
    characters: Sequence[str]
    catalogue: Catalogue

    @property
    def is_within(self) -> bool:
        return self.study.assignment == Study.Assignment.WITHIN


def find_faults(study: Study, catalogue: Catalogue) -> list[Fault]:
    """Return why participants cannot be assigned to the study's stored conditions, one sentence per reason."""
    conditions = list(study.conditions.all())
    if not conditions:
        return []
    goals = study.goals.order_by("number").values_list("number", flat=True)
    characters = study.character_sheets.values_list("name", flat=True)
    return check_conditions(Design(study, list(goals), list(characters), catalogue), conditions)


def check_conditions(design: Design, conditions: Sequence[Condition]) -> list[Fault]:
    """Return why participants cannot be assigned to these conditions, one sentence per reason."""
    if not conditions:
        return []
    faults = [fault for place, one in enumerate(conditions) for fault in _faults(design, one, place)]
    faults += [*_alike(design, conditions)]
    if len(conditions) == 1:
        faults.append(Fault("A study with conditions needs at least two. Add another condition, or remove this one."))
    if design.is_within and not faults:
        faults += [Fault(sentence) for sentence in _within(design, conditions)]
    return faults


def _faults(design: Design, one: Condition, place: int) -> Iterator[Fault]:
    for field, sentences in (
        ("name", _name(one)),
        ("chatbot", _chatbot(design, one)),
        ("prompts", _prompts(one)),
        ("sampling", _sampling(one)),
        ("character", _character(design, one)),
        ("goals", _goals(design, one)),
        ("goal_order", _order(design, one)),
        ("weight", _weight(one)),
    ):
        yield from (Fault(sentence, place, field) for sentence in sentences)


def _name(one: Condition) -> Iterator[str]:
    if not plain_name(one.name):
        yield "A condition has no name. Enter one; participants do not see it."


def _chatbot(design: Design, one: Condition) -> Iterator[str]:
    spec = design.catalogue.models.get(one.chatbot)
    if one.chatbot and (spec is None or spec.responder is None):
        yield (
            f"models.toml has no responder {one.chatbot!r} for the condition “{one.name}”. Choose another chatbot, or add it "
            "there."
        )


def _prompts(one: Condition) -> Iterator[str]:
    try:
        if one.prompts:
            find_prompts(one.prompts, "responder")
    except LookupError as error:
        yield f"Condition “{one.name}”: {error.args[0]}"


def _sampling(one: Condition) -> Iterator[str]:
    try:
        SamplingTable(**one.sampling)
    except (InvalidSampling, TypeError):
        known = ", ".join(SamplingTable.model_fields)
        yield f"The sampling of the condition “{one.name}” is invalid. Enter numbers in the usual ranges for {known}."


def _character(design: Design, one: Condition) -> Iterator[str]:
    if one.character and one.character not in design.characters:
        yield (
            f"The study has no character {one.character!r} for the condition “{one.name}”. Choose another one, or add it to "
            "the study first."
        )


def _goals(design: Design, one: Condition) -> Iterator[str]:
    unknown = [number for number in one.goals if number not in design.goals]
    if one.goals and len(unknown) == len(one.goals):
        yield (
            f"Nobody can get the condition “{one.name}”, because the study has none of its goals. Choose from: "
            f"{_listed(design.goals)}."
        )
    elif unknown:
        yield f"The study has no goal {unknown[0]} for the condition “{one.name}”. Choose from: {_listed(design.goals)}."
    if len(set(one.goals)) < len(one.goals):
        yield f"The condition “{one.name}” lists a goal twice. Remove one."


def _order(design: Design, one: Condition) -> Iterator[str]:
    if design.is_within and one.goal_order:
        yield (
            f"The condition “{one.name}” has its own order of goals, but within participants each person has one order for all "
            "conditions. Choose the study's order, or assign the conditions between participants."
        )


def _weight(one: Condition) -> Iterator[str]:
    if one.weight < 1:
        yield f"Nobody can get the condition “{one.name}”, because its weight is 0. Enter at least 1, or remove it."


def _alike(design: Design, conditions: Sequence[Condition]) -> Iterator[Fault]:
    names = [plain_name(one.name) for one in conditions]
    met = [_what_people_meet(design, one) for one in conditions]
    for place, one in enumerate(conditions):
        if names[place] and names[place] in names[:place]:
            yield Fault(f"Two conditions have the name “{one.name}”. Rename one.", place, "name")
        if met[place] in met[:place]:
            first = conditions[met.index(met[place])].name
            yield Fault(
                f"The conditions “{first}” and “{one.name}” are identical. Change or remove one.", place, "chatbot"
            )


def _what_people_meet(design: Design, one: Condition) -> tuple[Any, ...]:
    study, goals = design.study, list(one.goals) or list(design.goals)
    order = one.goal_order or study.goal_order
    is_listed = order == Study.GoalOrder.GIVEN and not design.is_within
    instruction = (one.instruction or study.instruction).strip()
    return chatbot_of(study, one), instruction, goals if is_listed else sorted(goals), order


def _within(design: Design, conditions: Sequence[Condition]) -> Iterator[str]:
    allowed = {number: _names(number, conditions) for number in design.goals}
    if len(design.goals) < len(conditions):
        yield (
            f"Within participants each condition needs its own goal, but the study has {len(conditions)} conditions and "
            f"only {len(design.goals)} goal{'' if len(design.goals) == 1 else 's'}. Add goals, or assign the conditions "
            "between participants."
        )
    elif not can_cover(list(allowed.values()), {one.name for one in conditions}):
        yield (
            "Within participants each condition needs its own goal, but some conditions share too few goals. Give them "
            "more goals."
        )
    elif unused := [number for number, names in allowed.items() if not names]:
        yield (
            f"No condition has goal {unused[0]}, but within participants each person gets every goal. Add it to a condition, "
            "or remove the goal."
        )


def _names(number: int, conditions: Sequence[Condition]) -> list[str]:
    """Return the names of the conditions that may have this goal."""
    return [one.name for one in conditions if not one.goals or number in one.goals]


def _listed(goals: Sequence[int]) -> str:
    return ", ".join(str(number) for number in goals)

"""A page of questions: what it asks, what was entered, and what is wrong with it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from dialogue.answers import WITHHELD, Answers, show_number
from studies.questions.answers import CheckedPage, check_page
from studies.questions.numbers import parse_number
from studies.questions.question import NUMBERS, Kind, Question, is_asked
from studies.questions.texts import LONGEST
from studies.storable_text import storable

Posted = MultiValueDict[str, str]


@dataclass(frozen=True, slots=True)
class AskedOption:
    """One answer to choose; a withheld answer is offered in the language of the page."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as its template shows it, with what was entered and what is wrong with it."""

    question: Question
    entered: Any
    fault: str

    @property
    def template(self) -> str:
        return f"questions/_{self.question.kind}.html"

    @property
    def id(self) -> str:
        return f"answer-{self.question.key}"

    @property
    def options(self) -> list[AskedOption]:
        """Return the answers to choose from, "Prefer not to say" last where it is offered."""
        question = self.question
        listed = [show_number(point) for point in question.points] or list(question.options)
        if question.may_be_withheld and WITHHELD not in listed:
            listed.append(WITHHELD)
        chosen = self.entered if isinstance(self.entered, list) else [str(self.entered)]
        return [AskedOption(one, gettext(WITHHELD) if one == WITHHELD else one, one in chosen) for one in listed]

    @property
    def last_point(self) -> str:
        """Return the last point of a scale."""
        return show_number(self.question.points[-1])

    @property
    def text(self) -> str:
        """Return what was typed."""
        return "" if self.entered is None or self.is_withheld else str(self.entered)

    @property
    def is_withheld(self) -> bool:
        return bool(self.entered == WITHHELD)

    @property
    def most_characters(self) -> int:
        return LONGEST[self.question.kind]

    @property
    def limits(self) -> dict[str, str]:
        """Return the attributes that limit a number."""
        limits = {"min": self.question.low, "max": self.question.high}
        return {name: show_number(limit) for name, limit in limits.items() if limit is not None}

    @property
    def condition(self) -> str:
        """Return the answers that let the question appear, for the script that hides it until then."""
        found = self.question.condition
        return json.dumps(list(found.answers), ensure_ascii=False) if found else ""


class QuestionPage:
    """The questions of one page; ``earlier`` are the person's answers to earlier pages, ``posted`` what a browser sent.

    ``given`` are answers to show while nothing was posted, ``beside`` the keys of other questions on the page in the browser.
    Without a script all questions whose condition depends on this page are shown; the check drops those not met.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        posted: Posted | None = None,
        earlier: Answers | None = None,
        given: Answers | None = None,
        beside: Collection[str] = (),
    ) -> None:
        self.earlier = earlier or {}
        here = {*beside, *(question.key for question in questions)}
        self.questions = [one for one in questions if _may_appear(one, here, self.earlier)]
        self.posted = posted
        self.given = given or {}

    @property
    def is_bound(self) -> bool:
        return self.posted is not None

    def is_valid(self) -> bool:
        return self.is_bound and not self.checked.faults

    @property
    def answers(self) -> dict[str, Any]:
        """Return the answers that count."""
        return self.checked.answers

    @cached_property
    def entered(self) -> dict[str, Any]:
        posted = self.posted
        return dict(self.given) if posted is None else {one.key: read_posted(one, posted) for one in self.questions}

    @cached_property
    def checked(self) -> CheckedPage:
        return check_page(self.questions, self.entered, self.earlier) if self.is_bound else CheckedPage({}, {})

    @property
    def asked(self) -> list[AskedQuestion]:
        faults = self.checked.faults
        return [AskedQuestion(one, self.entered.get(one.key), faults.get(one.key, "")) for one in self.questions]

    @property
    def mistakes(self) -> list[AskedQuestion]:
        return [one for one in self.asked if one.fault]

    @property
    def has_withheld(self) -> bool:
        return any(question.may_be_withheld for question in self.questions)

    @property
    def has_optional(self) -> bool:
        return any(not question.is_required for question in self.questions)

    @property
    def has_conditions(self) -> bool:
        return any(question.condition for question in self.questions)


def read_posted(question: Question, posted: Posted) -> Any:
    """Return what a browser sent for the question, as the check expects it; None for nothing."""
    if question.may_be_withheld and posted.get(f"{question.key}-withheld"):
        return WITHHELD
    if question.kind == Kind.MULTIPLE:
        values = [value for value in posted.getlist(question.key) if value]
        return WITHHELD if values == [WITHHELD] and question.may_be_withheld else values
    value = posted.get(question.key) or None
    if value is None or value == WITHHELD or question.kind == Kind.SINGLE:
        return value
    typed = storable(value).replace("\r\n", "\n").strip()
    return parse_number(typed) if question.kind in NUMBERS and typed else typed


def _may_appear(question: Question, here: set[str], earlier: Mapping[str, Any]) -> bool:
    depends_here = question.condition is not None and question.condition.key in here
    return depends_here or is_asked(question, earlier)

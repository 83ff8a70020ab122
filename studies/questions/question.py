"""Questions: their kinds, where a study asks them, and whom."""

from dataclasses import dataclass

from django.db.models import TextChoices

from dialogue.answers import WITHHELD, Answers, chosen_options


class Kind(TextChoices):
    SINGLE = "single", "single choice"
    MULTIPLE = "multiple", "multiple choice"
    SCALE = "scale", "scale"
    NUMBER = "number", "number"
    SHORT_TEXT = "short_text", "short text"
    LONG_TEXT = "long_text", "long text"


class Placement(TextChoices):
    PERSONA_FORM = "persona_form", "in the persona form"
    BEFORE = "before", "before the first goal"
    AFTER_GOAL = "after_goal", "after each goal"
    AFTER_ALL = "after_all", "after all goals"


CHOICES = (Kind.SINGLE, Kind.MULTIPLE)
NUMBERS = (Kind.SCALE, Kind.NUMBER)
TEXTS = (Kind.SHORT_TEXT, Kind.LONG_TEXT)
SURVEYS = (Placement.BEFORE, Placement.AFTER_GOAL, Placement.AFTER_ALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """Ask a question only if the one with this key has one of these answers."""

    key: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with its options in the order shown.

    ``low`` and ``high`` limit a number, or are the ends of a scale; ``eligible_from`` and ``eligible_to`` say which numbers may
    take part, as ``screened_out`` says of options that they may not.
    """

    key: str
    label: str
    options: tuple[str, ...] = ()
    screened_out: tuple[str, ...] = ()
    kind: Kind = Kind.SINGLE
    placement: Placement = Placement.PERSONA_FORM
    is_required: bool = True
    may_be_withheld: bool = True
    low: float | None = None
    high: float | None = None
    low_label: str = ""
    high_label: str = ""
    eligible_from: float | None = None
    eligible_to: float | None = None
    condition: Condition | None = None

    @property
    def is_free_text(self) -> bool:
        """Return whether the answer is in a person's own words, which may identify them."""
        return self.kind in TEXTS

    @property
    def is_survey(self) -> bool:
        return self.placement in SURVEYS

    @property
    def points(self) -> range:
        """Return the points of a scale; empty for other questions."""
        is_scale = self.kind == Kind.SCALE and self.low is not None and self.high is not None
        return range(int(self.low or 0), int(self.high or 0) + 1) if is_scale else range(0)

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the answers on which another question can depend: options, or the points of a scale."""
        listed = (*self.options, *map(str, self.points))
        is_added = self.may_be_withheld and bool(listed) and WITHHELD not in listed
        return (*listed, WITHHELD) if is_added else listed


def is_asked(question: Question, answers: Answers) -> bool:
    """Return whether these answers meet the question's condition."""
    condition = question.condition
    if condition is None:
        return True
    return any(str(one) in condition.answers for one in chosen_options(answers.get(condition.key)))


def screens_out(question: Question, answer: object) -> bool:
    """Return whether the answer makes a person ineligible."""
    if isinstance(answer, int | float):
        low, high = question.eligible_from, question.eligible_to
        return (low is not None and answer < low) or (high is not None and answer > high)
    return any(one in question.screened_out for one in chosen_options(answer))

"""Feedback on a training pair: which side is artificial, and what reveals it. No other pair gets any."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from evaluation.answers import artificial_side
from evaluation.judging.pair_page import Side, sides_of
from evaluation.kinds.registry import kind_of
from evaluation.models import Choice, Judgement, Pair, Presentation


@dataclass(frozen=True, slots=True)
class FeedbackSide:
    """One of the two dialogues after practice; ``marked`` are its utterances that reveal it, by number."""

    side: Side
    is_artificial: bool
    marked: Sequence[int]


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback on a training pair; never given on any other pair."""

    presentation: Presentation
    artificial: Choice
    chosen: Choice
    sentence: str
    sides: Sequence[FeedbackSide]

    @property
    def heading(self) -> str:
        """Return which dialogue is the artificial one."""
        return gettext("The {artificial} dialogue is the artificial one").format(
            artificial=gettext(self.artificial.label)
        )

    @property
    def comparison(self) -> str:
        """Return the evaluator's choice, compared with it."""
        if self.chosen == self.artificial:
            return gettext("That is what you chose.")
        if self.chosen == Choice.NOT_SURE:
            return gettext("You were not sure.")
        return gettext("You chose the {chosen} dialogue.").format(chosen=gettext(self.chosen.label))


def read_feedback(presentation: Presentation) -> Feedback | None:
    """Return the feedback; None unless the pair is for training and has been judged."""
    judgement: Judgement | None = getattr(presentation, "judgement", None)
    if judgement is None or judgement.submitted_at is None or presentation.pair.role != Pair.Role.TRAINING:
        return None
    return feedback_on(presentation, Choice(judgement.choice))


def feedback_on(presentation: Presentation, chosen: Choice) -> Feedback:
    """Return the feedback on a training pair for someone who has chosen this."""
    known, artificial, kind = (
        presentation.pair.known,
        artificial_side(presentation),
        kind_of(presentation.pair.evaluation),
    )
    reading = kind.read_pair(presentation.pair, presentation.is_natural_first)
    sides = [_reviewed(side, artificial, known.get("reveals", [])) for side in sides_of(kind, reading)]
    return Feedback(presentation, artificial, chosen, known.get("feedback", ""), sides)


def _reviewed(side: Side, artificial: Choice, reveals: Sequence[int]) -> FeedbackSide:
    is_artificial = side.name == artificial
    return FeedbackSide(side, is_artificial, reveals if is_artificial else ())

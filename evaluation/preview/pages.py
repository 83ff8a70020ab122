"""The pages of a preview: the judging page and the feedback, made from pairs that are not stored."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaluation.answers import Unanswerable
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.judging.current_pair import Progress
from evaluation.judging.pair_page import Addresses, PairPage
from evaluation.kinds.base import PairKind
from evaluation.kinds.registry import kind_of
from evaluation.models import Pair, Presentation
from evaluation.preview.pairs import preview_pairs


@dataclass(frozen=True, slots=True)
class PreviewedPair:
    """One of the pairs of a preview."""

    enrolment: JudgingEnrolment
    presentation: Presentation
    progress: Progress
    is_last: bool

    @property
    def kind(self) -> PairKind[Any, Any]:
        return kind_of(self.enrolment.evaluation)

    @property
    def next_address(self) -> str:
        """Return the address of the next pair or, after the last one, of the last page."""
        if self.is_last:
            return self.enrolment.address("preview-end")
        return self.enrolment.address("preview-pair", self.presentation.position + 1)


def find_pair(enrolment: JudgingEnrolment, position: int) -> PreviewedPair | None:
    """Return the pair at this position, counted from 0; None if the preview has no such pair."""
    shown = preview_pairs(enrolment.evaluation)
    if position >= len(shown):
        return None
    practice = [each for each in shown if each.pair.role == Pair.Role.TRAINING]
    is_practice = position < len(practice)
    number = position if is_practice else position - len(practice)
    total = len(practice) if is_practice else len(shown) - len(practice)
    progress = Progress(number + 1, number, total, is_practice)
    return PreviewedPair(enrolment, shown[position], progress, position == len(shown) - 1)


def read_preview(previewed: PreviewedPair, answer: Any = None, problems: Sequence[str] = ()) -> PairPage:
    """Return the judging page, empty or with a refused answer and its problems. Raises PairGone."""
    presentation, kind = previewed.presentation, previewed.kind
    reading = kind.read_pair(presentation.pair, presentation.is_natural_first)
    shown = answer or kind.answer_of(None)
    saved = nothing_saved(kind)
    return PairPage(
        presentation, kind, reading, previewed.progress, shown, saved, _addresses(previewed), problems=problems
    )


def nothing_saved(kind: PairKind[Any, Any]) -> dict[str, Any]:
    """Return what a page with nothing saved continues with."""
    return {"answer": asdict(kind.answer_of(None)), "number": 0, "submitted": 0, "clocks": None}


def problems_of(previewed: PreviewedPair, answer: Any) -> tuple[str, ...]:
    """Return why the answer could not be submitted; empty if it could."""
    presentation, kind = previewed.presentation, previewed.kind
    try:
        kind.check_whole(answer, kind.read_pair(presentation.pair, presentation.is_natural_first))
    except Unanswerable as error:
        return error.sentences
    return ()


def _addresses(previewed: PreviewedPair) -> Addresses:
    enrolment, position = previewed.enrolment, previewed.presentation.position
    return Addresses(
        submit=enrolment.address("preview-pair", position),
        draft=enrolment.address("preview-draft", position),
        state=enrolment.address("preview-draft", position),
        on=previewed.next_address,
    )

"""The kind of an evaluation."""

from typing import Any

from evaluation.kinds.answers import AnswerKind
from evaluation.kinds.base import PairKind
from evaluation.kinds.dialogues import DialogueKind
from evaluation.models import Evaluation
from evaluation.own_questions import read_own_questions


def kind_of(evaluation: Evaluation) -> PairKind[Any, Any]:
    """Return what the evaluation's pairs are like, and what is asked about them."""
    if evaluation.kind == Evaluation.Kind.ANSWERS:
        return AnswerKind()
    return DialogueKind(read_own_questions(evaluation.own_questions))

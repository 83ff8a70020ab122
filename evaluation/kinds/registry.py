"""The kind of an evaluation."""

from collections.abc import Mapping
from typing import Any

from evaluation.kinds.answers import AnswerKind
from evaluation.kinds.base import PairKind
from evaluation.kinds.dialogues import DialogueKind
from evaluation.models import Evaluation

KINDS: Mapping[str, PairKind[Any, Any]] = {
    Evaluation.Kind.DIALOGUES: DialogueKind(),
    Evaluation.Kind.ANSWERS: AnswerKind(),
}


def kind_of(evaluation: Evaluation) -> PairKind[Any, Any]:
    """Return what the evaluation's pairs are like."""
    return KINDS[evaluation.kind]

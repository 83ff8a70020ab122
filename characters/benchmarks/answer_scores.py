"""The scores of one answer, which are stored with it, so that a page need not compare thousands of texts."""

from dataclasses import asdict
from typing import Any, Literal

from characters.models import BenchmarkRow
from rolellm.languages import Language
from rolellm.rolebench.scores import RowScore, score_row

Against = Literal["references", "raw_answers"]


def scores_of(text: str, row: BenchmarkRow, language: Language) -> dict[str, Any]:
    """Return the scores of an answer to ``row``: against its references and against its raw answers, if it has any."""
    texts: dict[Against, list[str]] = {"references": row.references, "raw_answers": row.raw_answers}
    return {against: asdict(score_row(text, answers, language)) for against, answers in texts.items() if answers}


def score_in(scores: dict[str, Any], against: Against) -> RowScore | None:
    """Return one of the stored scores, None if there was nothing to compare with."""
    return RowScore(**scores[against]) if against in scores else None

"""Scores of predictions on a split of RoleBench, for JSON and as a table."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rolellm.languages import Language
from rolellm.rolebench.joins import Answered, Join, join
from rolellm.rolebench.leaks import leaked
from rolellm.rolebench.rows import BenchRow, UnreadableBenchmark, read_rows
from rolellm.rolebench.scores import SplitScore, detect_language, score, score_by_role

DEFINITIONS: dict[Language, dict[str, str]] = {
    "en": {
        "as_published": "ROUGE-L recall as in the package rouge 1.0.1, best reference",
        "rouge_score_f_first": "ROUGE-L F as in the package rouge-score 0.1.2, first reference",
    },
    "zh": {
        "as_published": "ROUGE-L recall as in the package rouge 1.0.1 on single characters, best reference",
        "rouge_score_f_first": "ROUGE-L F as in the package rouge-chinese 1.0.3 on jieba's words, first reference",
    },
}


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of predictions: of all answered rows, of each role and, if there are training rows, without leaks."""

    language: Language
    join: Join
    total: SplitScore
    by_role: dict[str, SplitScore]
    leaked: int | None = None
    without_leaked: SplitScore | None = None


def score_files(references: Path, predictions: Path, training: Path | None = None) -> Report:
    """Score a file of predictions. Raises UnreadableBenchmark, also if no prediction matches a test row."""
    found = join(read_rows(references), read_rows(predictions))
    if not found.answered:
        raise UnreadableBenchmark(
            f"No prediction in {predictions} has the role and the question of a row in {references}. "
            "Choose two files of the same split."
        )
    language = detect_language(found.answered)
    total, by_role = score(found.answered, language), score_by_role(found.answered, language)
    if training is None:
        return Report(language, found, total, by_role)
    return Report(language, found, total, by_role, *_without_leaked(found.answered, training, language))


def _without_leaked(answered: Sequence[Answered], training: Path, language: Language) -> tuple[int, SplitScore | None]:
    known = {row.key for row in leaked([each.row for each in answered], read_rows(training))}
    unknown = [each for each in answered if each.row.key not in known]
    return len(answered) - len(unknown), score(unknown, language) if unknown else None


def as_object(report: Report) -> dict[str, Any]:
    """Return the report for JSON: how many rows lack a partner, and which."""
    join = report.join
    return asdict(report.total) | {
        "language": report.language,
        "definitions": DEFINITIONS[report.language],
        "unmatched_references": len(join.unmatched_references),
        "unmatched_predictions": len(join.unmatched_predictions),
        "repeated_predictions": len(join.repeated_predictions),
        "rows_without_prediction": _listed(join.unmatched_references),
        "predictions_without_row": _listed(join.unmatched_predictions),
        "by_role": {role: asdict(each) for role, each in report.by_role.items()},
        "leaked": report.leaked,
        "without_leaked": asdict(report.without_leaked) if report.without_leaked else None,
    }


def in_words(report: Report) -> Iterator[str]:
    """Return a table with a line for each role, and sentences about what it leaves out."""
    yield f"{'':30} {'rows':>6} {'as published':>13} {'F first':>9} {'words':>7} {'reference words':>16}"
    rows = [*report.by_role.items(), ("All rows", report.total)]
    if report.without_leaked:
        rows.append(("Without leaked questions", report.without_leaked))
    yield from (_line(name, each) for name, each in rows)
    names = DEFINITIONS[report.language]
    yield f"As published: {names['as_published']}. F first: {names['rouge_score_f_first']}. Words: mean length."
    yield from _sentences(report)


def _line(name: str, each: SplitScore) -> str:
    figures = f"{each.as_published:13.4f} {each.rouge_score_f_first:9.4f}"
    return f"{name:30} {each.rows:6} {figures} {each.mean_words_predicted:7.1f} {each.mean_words_reference:16.1f}"


def _sentences(report: Report) -> Iterator[str]:
    if number := len(report.join.unmatched_references):
        yield f"Test rows without a prediction, left out: {number}. --json lists them."
    if number := len(report.join.unmatched_predictions):
        yield f"Predictions without a test row, left out: {number}. --json lists them."
    if number := len(report.join.repeated_predictions):
        yield f"Further predictions for the same rows, left out: {number}."
    if report.leaked is not None:
        yield f"Test questions that occur in the training rows: {report.leaked} of {report.total.rows}."


def _listed(rows: Sequence[BenchRow]) -> list[dict[str, str]]:
    return [{"role": row.role, "question": row.question} for row in rows]

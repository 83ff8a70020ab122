"""Scores of a stored benchmark, for JSON and as a table in the terminal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from characters.benchmarks.languages import language_of
from characters.benchmarks.results import MEASURES, Measure, SetResult, read_results
from characters.models import AnswerSet, Benchmark
from characters.score_reports import DEFINITIONS
from rolellm.published_results import published_table
from rolellm.rolebench.layout import Split

SPLIT_NAMES: dict[Split, str] = {"instruction": "Instruction split", "role": "Role split"}


Sets = Sequence[AnswerSet] | None
"""The answer sets to report; None is all."""


def as_object(benchmark: Benchmark, splits: Iterable[Split], answer_sets: Sets = None) -> dict[str, Any]:
    """Return the results for JSON: for each split, the answer sets beside the paper's rows."""
    return {
        "benchmark": benchmark.name,
        "language": benchmark.language,
        "definitions": DEFINITIONS[language_of(benchmark)],
        "files": benchmark.files,
        "splits": {split: _split_object(benchmark, split, answer_sets) for split in splits},
    }


def in_words(benchmark: Benchmark, splits: Iterable[Split], answer_sets: Sets = None) -> Iterator[str]:
    """Return a table for each split, with a line for each answer set and measure, and what the figures mean."""
    found = {split: read_results(benchmark, split, answer_sets) for split in splits}
    if not any(found.values()):
        yield "No answer to a test row with references is complete yet, so there are no scores."
        return
    for split, results in found.items():
        if results:
            yield from _split_lines(benchmark, split, results)
    names = DEFINITIONS[language_of(benchmark)]
    yield f"As published: {names['as_published']}. F first: {names['rouge_score_f_first']}. Words: mean length."
    yield "Without leaked: as published, without test questions that occur in the training rows."


def _split_lines(benchmark: Benchmark, split: Split, results: Sequence[SetResult]) -> Iterator[str]:
    yield SPLIT_NAMES[split]
    yield f"{'':36} {'':4} {'rows':>12} {'as published':>13} {'F first':>9} {'words':>7} {'without leaked':>15}"
    for result in results:
        yield from (_line(result.answer_set.name, name, result.measures[name]) for name in MEASURES)
    yield from _paper_lines(benchmark, split)


def _split_object(benchmark: Benchmark, split: Split, answer_sets: Sets) -> dict[str, Any]:
    paper = published_table(language_of(benchmark), split)
    return {
        "answer_sets": [_set_object(result) for result in read_results(benchmark, split, answer_sets)],
        "paper": asdict(paper) if paper else None,
    }


def _set_object(result: SetResult) -> dict[str, Any]:
    named = {
        "name": result.answer_set.name,
        "model": result.answer_set.model,
        "elicitation": result.answer_set.elicitation,
        "empty_answers": result.empty,
        "average_as_published": result.average,
    }
    return named | {name: _measure_object(measure) for name, measure in result.measures.items()}


def _measure_object(measure: Measure) -> dict[str, Any] | None:
    if measure.total is None:
        return None
    return asdict(measure.total) | {
        "rows_without_answer": measure.missing,
        "by_role": {role: asdict(score) for role, score in measure.by_role},
        "leaked": measure.leaked,
        "without_leaked": asdict(measure.without_leaked) if measure.without_leaked else None,
    }


def _line(name: str, measure_name: str, measure: Measure) -> str:
    total, kept = measure.total, measure.without_leaked
    if total is None:
        return f"{name[:36]:36} {measure_name:4} {'–':>12} {'–':>13} {'–':>9} {'–':>7} {'–':>15}"
    rows = f"{total.rows} of {measure.rows}"
    known = f"{kept.as_published:.4f}" if kept and measure.leaked else "–"
    figures = f"{total.as_published:13.4f} {total.rouge_score_f_first:9.4f} {total.mean_words_predicted:7.1f}"
    return f"{name[:36]:36} {measure_name:4} {rows:>12} {figures} {known:>15}"


def _paper_lines(benchmark: Benchmark, split: Split) -> Iterator[str]:
    if (paper := published_table(language_of(benchmark), split)) is None:
        return
    yield f"{paper.source}, in per cent: CUS, RAW, SPE, mean"
    for row in paper.rows:
        yield f"  {row.model:34} {row.cus:5.1f} {row.raw:5.1f} {row.spe:5.1f} {row.average:5.1f}"
    if paper.notes:
        yield paper.notes

"""Links from the numbers of table 3 to the judged pairs behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse

from analysis.study.layout import Section, Shown
from analysis.study.sources import Source
from evaluation.models import Confidence
from evaluation.research.judged.choices import Asked, Choices, choices_of
from studies.models import Study

TABLE = "table-3"
OUTCOMES = {"total": "", "detected": "simulated", "undetected": "undetected"}
"""The answers that a subset of the table counts, as the list of pairs calls them."""
RATE, CONFIDENCE = "undetectability rate", "confidence: "
ALL_MODELS = "all models"


def link_pairs(section: Section, study: Study, sources: Sequence[Source]) -> Section:
    """Return the section with an address for each number of table 3; without any while an evaluation that it counts is open,
    because its pairs are hidden."""
    if any(source.is_open for source in sources):
        return section
    choices = choices_of({source.evaluation.number: source.evaluation for source in sources})
    page = reverse("judged-pairs", args=[study.slug])
    linked = [_linked(table, page, choices) if table["name"] == TABLE else table for table in section.tables]
    return replace(section, tables=linked)


def _linked(table: Shown, page: str, choices: Choices) -> dict[str, Any]:
    models = [cell["text"] for cell in table["header"][2:]]
    groups = [(about, [_row(row, about, models, page, choices) for row in rows]) for about, rows in table["groups"]]
    return {**table, "groups": groups}


def _row(row: Sequence[Shown], subset: str, models: Sequence[str], page: str, choices: Choices) -> list[Shown]:
    measure, *numbers = row
    outcome = "undetected" if measure["text"] == RATE else OUTCOMES[subset]
    confidence = measure["text"].removeprefix(CONFIDENCE) if measure["text"].startswith(CONFIDENCE) else ""
    chosen = Asked(tuple(choices.evaluations), outcome, confidence if confidence in Confidence.values else "")
    return [
        measure,
        *(_cell(number, model, page, chosen, choices.inquirers) for number, model in zip(numbers, models, strict=True)),
    ]


def _cell(number: Shown, model: str, page: str, chosen: Asked, inquirers: Mapping[str, Any]) -> Shown:
    """Return the number with its address, unless its column is none of the inquirers, but for example a condition."""
    if model != ALL_MODELS and model not in inquirers:
        return number
    asked = chosen if model == ALL_MODELS else replace(chosen, inquirer=model)
    return {**number, "address": f"{page}?{asked.query}"}

"""What is analysed of a study's judgements, out of the database."""

import pandas as pd

from analysis.judgements import BadData, parse_judgements
from analysis.study.sources import Chosen, counted_evaluations, read_sources
from evaluation.exports import export_all
from studies.models import Study


def judgements_in(study: Study, chosen: Chosen = None) -> pd.DataFrame:
    """Return the judgements of the evaluations that count; evaluators differ between evaluations. Raises BadData if empty."""
    evaluations = counted_evaluations(study, chosen)
    if not evaluations:
        raise BadData(_why_none(study))
    return parse_judgements(
        "".join(export_all(study, numbers=[one.number for one in evaluations])), f"study {study.slug}"
    )


def _why_none(study: Study) -> str:
    opened = read_sources(study, None)
    if not opened:
        return f"Study {study.slug!r} has no judgements: plan an evaluation, open it, and share its link."
    if any(not source.is_open for source in opened):
        return f"No evaluation of study {study.slug!r} was chosen, so no judgements count: choose one."
    listed = ", ".join(str(source) for source in opened)
    return f"Study {study.slug!r} has no closed evaluation, and an open one counts only if you choose it: {listed}."

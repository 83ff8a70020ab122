"""Read the judgements and dialogues of a study from the database in the form that its analysis needs."""

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd
from django.db.models import Prefetch, QuerySet

from analysis.reporting.comparison_table import NATURAL, SaidDialogue
from analysis.statistics.judgements import BadData, read_stored_judgements
from analysis.study.sources import Chosen, counted_evaluations, read_sources
from evaluation.exports import COLUMNS, judgement_rows
from simulation.inquirer_names import name_inquirers
from simulation.models import Run, Simulation
from simulation.statistics import Summary, summarise
from studies.models import Dialogue, Study, Turn, is_excluded

EVERYTHING = "all"
"""The condition whose persona sentence has all features."""


def judgements_in(study: Study, chosen: Chosen = None) -> pd.DataFrame:
    """Return the judgements of the evaluations that count, where each evaluation has different evaluators. Raises BadData if
    empty."""
    evaluations = counted_evaluations(study, chosen)
    if not evaluations:
        raise BadData(_why_none(study))
    rows = judgement_rows(study, [one.number for one in evaluations])
    return read_stored_judgements(pd.DataFrame(rows, columns=COLUMNS, dtype=object), f"study {study.slug}")


def _why_none(study: Study) -> str:
    opened = read_sources(study, None)
    if not opened:
        return f"Study {study.slug!r} has no judgements. Plan an evaluation, open it, and share its link."
    if any(not source.is_open for source in opened):
        return f"No evaluation of study {study.slug!r} was chosen, so no judgements count. Choose at least one."
    listed = ", ".join(str(source) for source in opened)
    return f"Study {study.slug!r} has no closed evaluation. An open one counts only if you choose it: {listed}."


def summaries_by_inquirer(study: Study) -> dict[str, list[Summary]]:
    """Return statistics per seed of each inquirer, over runs that gave it the whole persona.

    Runs of the same model with other prompt sets or settings are inquirers of their own, here and below.
    """
    found = summaries_by_condition(study)
    return {inquirer: seeds for (inquirer, condition), seeds in found.items() if condition == EVERYTHING}


def summaries_by_condition(study: Study) -> dict[tuple[str, str], list[Summary]]:
    """Return statistics per seed, by inquirer and by the features in the persona sentences of its runs, without excluded
    dialogues."""
    finished = Simulation.objects.filter(run__study=study, finished_at__isnull=False).exclude(is_excluded("dialogue"))
    played = {run.pk: run for run in _played_runs(study)}
    names = name_inquirers(played.values())
    runs: dict[tuple[str, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for run, seed in sorted(finished.values_list("run", "seed").distinct(), key=lambda one: (names[one[0]], one[1])):
        runs[names[run], played[run].configuration.get("features", EVERYTHING)][seed].add(run)
    return {
        key: [summarise(finished.filter(run__in=ids, seed=seed)) for seed, ids in sorted(seeds.items())]
        for key, seeds in runs.items()
    }


def said_by_group(study: Study) -> dict[str, list[SaidDialogue]]:
    """Return all ended dialogues that no researcher excluded: first natural ones under NATURAL, then those of each inquirer
    with the whole persona."""
    turns = Prefetch("turns", Turn.objects.order_by("position"))
    ended = Dialogue.objects.filter(study=study).exclude(ended_at=None).exclude(is_excluded())
    ended = ended.select_related("goal", "simulation__run")
    names = name_inquirers(_played_runs(study))
    groups: dict[str, list[SaidDialogue]] = defaultdict(list)
    for dialogue in ended.prefetch_related(turns).order_by("kind", "pk").iterator(chunk_size=500):
        group = _group(dialogue, names)
        if group is not None:
            groups[group].append(_said(dialogue))
    return dict(sorted(groups.items(), key=lambda item: (item[0] != NATURAL, item[0])))


def _played_runs(study: Study) -> QuerySet[Run]:
    """Return the runs with dialogues, in the order in which they were requested."""
    return study.runs.filter(pk__in=Simulation.objects.filter(dialogue__isnull=False).values("run")).order_by("pk")


def _group(dialogue: Dialogue, names: Mapping[int, str]) -> str | None:
    if dialogue.kind == Dialogue.Kind.NATURAL:
        return NATURAL
    simulation: Simulation | None = getattr(dialogue, "simulation", None)
    if simulation is None or simulation.run.configuration.get("features", EVERYTHING) != EVERYTHING:
        return None
    return names[simulation.run_id]


def _said(dialogue: Dialogue) -> SaidDialogue:
    turns = list(dialogue.turns.all())
    return SaidDialogue(
        dialogue.goal.text,
        tuple(turn.utterance for turn in turns),
        tuple(turn.utterance_tokens for turn in turns if turn.utterance_tokens is not None),
        tuple(turn.response_tokens for turn in turns if turn.response_tokens is not None),
    )

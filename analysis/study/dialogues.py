"""What is analysed of a study's dialogues, out of the database."""

from collections import defaultdict

from django.db.models import Prefetch

from analysis.tables.comparison import NATURAL, SaidDialogue
from simulation.models import Simulation
from simulation.statistics import Summary, summarise
from studies.models import Dialogue, Study, Turn

EVERYTHING = "all"
"""The condition in which the persona sentence tells all features."""


def summaries_by_inquirer(study: Study) -> dict[str, list[Summary]]:
    """Of each inquirer that was told the whole persona, its figures per seed."""
    found = summaries_by_condition(study)
    return {inquirer: seeds for (inquirer, condition), seeds in found.items() if condition == EVERYTHING}


def summaries_by_condition(study: Study) -> dict[tuple[str, str], list[Summary]]:
    """Figures per seed, by inquirer and by what its runs' persona sentences told."""
    finished = Simulation.objects.filter(run__study=study, finished_at__isnull=False)
    cells = finished.order_by("run__inquirer", "seed").values_list("run__inquirer", "run__configuration", "run", "seed")
    runs: dict[tuple[str, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for inquirer, configuration, run, seed in cells.distinct():
        runs[inquirer, configuration.get("features", EVERYTHING)][seed].add(run)
    return {
        key: [summarise(finished.filter(run__in=ids, seed=seed)) for seed, ids in sorted(seeds.items())]
        for key, seeds in runs.items()
    }


def said_by_group(study: Study) -> dict[str, list[SaidDialogue]]:
    """All ended dialogues: people's under NATURAL, first, and those of inquirers that were told the whole persona, by name."""
    turns = Prefetch("turns", Turn.objects.order_by("position"))
    ended = Dialogue.objects.filter(study=study).exclude(ended_at=None).select_related("goal", "simulation__run")
    groups: dict[str, list[SaidDialogue]] = defaultdict(list)
    for dialogue in ended.prefetch_related(turns).order_by("kind", "pk").iterator(chunk_size=500):
        group = _group(dialogue)
        if group is not None:
            groups[group].append(_said(dialogue))
    return dict(sorted(groups.items(), key=lambda item: (item[0] != NATURAL, item[0])))


def _group(dialogue: Dialogue) -> str | None:
    if dialogue.kind == Dialogue.Kind.NATURAL:
        return NATURAL
    simulation: Simulation | None = getattr(dialogue, "simulation", None)
    if simulation is None or simulation.run.configuration.get("features", EVERYTHING) != EVERYTHING:
        return None
    return simulation.run.inquirer


def _said(dialogue: Dialogue) -> SaidDialogue:
    turns = list(dialogue.turns.all())
    return SaidDialogue(
        dialogue.goal.text,
        tuple(turn.utterance for turn in turns),
        tuple(turn.utterance_tokens for turn in turns if turn.utterance_tokens is not None),
        tuple(turn.response_tokens for turn in turns if turn.response_tokens is not None),
    )

"""The health and the fidelity of a run, computed from the database."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from django.utils import timezone
from numpy.random import Generator, default_rng

from analysis.code_version import code_version
from analysis.drift.character_drift import measure_drift
from analysis.exclusions import excluded_sentences
from analysis.humanness.run_dialogues import Instructions, natural_dialogues, read_spoken, simulated_dialogues
from analysis.models import SHAPE
from analysis.reporting.drift import DEFINITIONS, LIMIT, CharacterDrift
from analysis.reporting.figures.drawings import Drawing
from analysis.reporting.humanness import Humanness
from analysis.reporting.page_content import figure_content, table_content
from analysis.reporting.portfolio import Portfolio, files_of
from analysis.statistics.fidelity.fidelity import fidelity_of
from analysis.statistics.fidelity.reservoir import Reservoir
from analysis.statistics.health.catalogue import symptoms_for
from analysis.statistics.health.tally import Health
from analysis.statistics.judgements import BadData
from analysis.statistics.spoken import ENGLISH, SpokenDialogue
from analysis.stored_results import Computed
from dialogue.personas import name_feature
from simulation.models import Run
from simulation.progress import ENDING_WORDS
from studies.questionnaires import read_features

OnStep = Callable[[str], None]
SEED = 73
"""Seed of all random halves and samples, so that the same data always give the same numbers."""
NOTED_EVERY = 500
"""Dialogues between two calls of ``on_step``."""


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The health of all dialogues of one kind, and a sample of them."""

    health: Health
    sample: list[SpokenDialogue]


def measure_run(run: Run, instructions: Instructions, on_step: OnStep) -> Humanness:
    """Measure the run, whose inquirer had these instructions. Raises BadData if it has no ended dialogue.

    Call ``on_step`` with the name of each step before it.
    """
    language, random = instructions.language, default_rng(SEED)
    gather = partial(_gather, language=language, random=random, on_step=on_step)
    simulated = gather(read_spoken(simulated_dialogues(run), instructions), step="simulated dialogues")
    if not simulated.sample:
        raise BadData("The run has no ended dialogue yet. Start it, or wait until its first dialogues have ended.")
    natural = gather(read_spoken(natural_dialogues(run.study)), step="natural dialogues")
    fidelity = fidelity_of(natural.sample, simulated.sample, language, random, on_step)
    features = {feature.key: name_feature(feature.key) for feature in read_features(run.study.questionnaire)}
    drift = measure_drift(run.study, simulated_dialogues(run), on_step)
    return Humanness(simulated.health, natural.health, fidelity, features, ENDING_WORDS, drift)


def portfolio_of_run(run: Run, instructions: Instructions, measured: Humanness) -> Portfolio:
    """Return the tables, figures and sentences about the run, for its page and its files."""
    counts = f"{measured.simulated.dialogues} simulated and {measured.natural.dialogues} natural dialogues"
    about = f"{run}, study {run.study.slug}: {counts} on {timezone.now():%-d %B %Y}, computed by {code_version()}."
    drift = measured.drift
    tables = [*measured.health_tables(), *measured.fidelity_tables(), *(drift.tables() if drift else ())]
    figures = [*measured.figures(), *(drift.figures() if drift else ())]
    findings = [*measured.findings(), *(drift.findings() if drift else ())]
    left_out = [measured.reason] if measured.reason else []
    return Portfolio(None, tables, figures, left_out, [about, *findings, *_caveats(run, instructions)])


def compute_run(run: Run, instructions: Instructions, on_step: OnStep) -> Computed:
    """Measure the run and create all files. Raises BadData if there is nothing to measure."""
    measured = measure_run(run, instructions, on_step)
    portfolio = portfolio_of_run(run, instructions, measured)
    on_step("files")
    return Computed(_shown(run, instructions, measured), dict(files_of(portfolio)))


def _gather(
    dialogues: Iterator[SpokenDialogue], *, language: str, random: Generator, step: str, on_step: OnStep
) -> _Gathered:
    """Count the symptoms of all dialogues, and keep a sample. Call ``on_step`` at intervals: it may end a dropped task."""
    health, sample = Health(symptoms_for(language)), Reservoir(random)
    for number, dialogue in enumerate(dialogues):
        if number % NOTED_EVERY == 0:
            on_step(f"{step}: {number:,}" if number else step)
        health.add(dialogue)
        sample.add(dialogue)
    return _Gathered(health, sample.dialogues)


def _caveats(run: Run, instructions: Instructions) -> Iterator[str]:
    if not instructions.is_recorded:
        yield (
            "The run does not record its prompt set, so its dialogues are assumed to be in English. If they are not, ignore "
            "the symptoms and measures that recognise English words: they find nothing in other languages."
        )
    yield from excluded_sentences(run.study)
    if instructions.language != ENGLISH:
        yield (
            f"The language of the prompt set is {instructions.language!r}. Symptoms and measures that need English words or a "
            "dictionary of the language are not measured; the tables say which."
        )


def _shown(run: Run, instructions: Instructions, measured: Humanness) -> dict[str, Any]:
    overall = measured.fidelity.whole.overall
    return {
        "shape": SHAPE,
        "simulated": measured.simulated.dialogues,
        "natural": measured.natural.dialogues,
        "people": measured.fidelity.whole.people,
        "findings": measured.findings(),
        "caveats": list(_caveats(run, instructions)),
        "reason": measured.reason,
        "health": [table_content(table) for table in measured.health_tables()],
        "fidelity": [table_content(table) for table in measured.fidelity_tables()],
        "figures": [figure_content(one) for one in measured.figures() if isinstance(one, Drawing)],
        "drift": _shown_drift(measured.drift),
        "definitions": [asdict(one) for one in measured.definitions()],
        "overall": asdict(overall) if overall else None,
        "separation": asdict(measured.fidelity.separation),
    }


def _shown_drift(drift: CharacterDrift | None) -> dict[str, Any] | None:
    if drift is None:
        return None
    return {
        "findings": drift.findings(),
        "tables": [table_content(table) for table in drift.tables()],
        "figures": [figure_content(one) for one in drift.figures() if isinstance(one, Drawing)],
        "definitions": [{"label": label, "definition": definition} for label, definition in DEFINITIONS],
        "limit": LIMIT,
    }

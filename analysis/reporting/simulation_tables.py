"""The paper's tables of simulated dialogues: 1 and 7 by inquirer over seeds, 2 by persona condition."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, pstdev

from dialogue.personas import FEATURES, name_feature
from simulation.diversity import DiversityRow, diversity_of
from simulation.statistics import Moments, Rate, Summary
from studies.files.printed_tables import DASH, Cell, Table, mean_sd

PerSeed = Sequence[Summary]
"""One inquirer's statistics: a summary for each seed."""
FAILURES: dict[str, tuple[str, Callable[[Summary], Rate]]] = {
    "no_prompt": ("no prompt", lambda summary: summary.no_prompt),
    "multiple_prompts": ("multiple prompts", lambda summary: summary.multiple_prompts),
    "incoherent": ("incoherent", lambda summary: summary.incoherent),
    "self_reply": ("self-reply", lambda summary: summary.self_reply),
    "incoherent_responder": ("incoherent (responder)", lambda summary: summary.incoherent_responder),
}
"""For each kind of failure, its name in words and its rate."""
CONDITIONS = {key: name_feature(key).capitalize() for key in ("none", *FEATURES, "all")}
_LENGTHS: dict[str, Callable[[Summary], Moments]] = {
    "turns": lambda summary: (summary.turns_mean, summary.turns_sd),
    "tokens per prompt": lambda summary: (summary.tokens_per_prompt_mean, summary.tokens_per_prompt_sd),
    "tokens per response": lambda summary: (summary.tokens_per_response_mean, summary.tokens_per_response_sd),
}
_OVER_SEEDS = "Averaged over seeds, with population standard deviations (ddof 0) in parentheses"


def table_1(inquirers: Mapping[str, PerSeed]) -> Table:
    """Return lengths and the rate of each failure."""
    rows: list[tuple[Cell, ...]] = [
        ("dialogues", *(sum(summary.dialogues for summary in seeds) for seeds in inquirers.values())),
        ("seeds", *(len(seeds) for seeds in inquirers.values())),
        *((name, *(_mean_sd(map(of, seeds)) for seeds in inquirers.values())) for name, of in _LENGTHS.items()),
        *(
            (name, *(_percent([of(summary) for summary in seeds]) for seeds in inquirers.values()))
            for name, of in FAILURES.values()
        ),
    ]
    return Table(
        "table-1",
        "Simulated dialogues and failures",
        f"{_OVER_SEEDS}: of lengths over dialogues and turns, of failures over seeds (0 for a single seed). Failures are "
        "shares of a speaker’s outputs. Dash: not stored.",
        ("measure", *inquirers),
        tuple(rows),
    )


def table_7(inquirers: Mapping[str, PerSeed]) -> Table:
    """Return the same in counts: utterances of both speakers, and failed outputs of all outputs."""
    rows: list[tuple[Cell, ...]] = [
        ("utterances", *(_mean_sd(map(_utterances, seeds)) for seeds in inquirers.values())),
        (
            "tokens per prompt",
            *(_mean_sd(map(_LENGTHS["tokens per prompt"], seeds)) for seeds in inquirers.values()),
        ),
        *(
            (name, *(_counts([of(summary) for summary in seeds]) for seeds in inquirers.values()))
            for name, of in FAILURES.values()
        ),
    ]
    return Table(
        "table-7",
        "Simulated dialogues and failures in counts",
        f"{_OVER_SEEDS}: utterances of both speakers in a dialogue; failures as count (standard deviation) / outputs. "
        "Dash: not stored.",
        ("measure", *inquirers),
        tuple(rows),
    )


def table_2(conditions: Mapping[tuple[str, str], PerSeed]) -> Table:
    """Return lexical diversity by inquirer and persona features; the keys are (inquirer, one of CONDITIONS)."""
    order = {condition: number for number, condition in enumerate(CONDITIONS)}
    ordered = sorted(conditions.items(), key=lambda item: (item[0][0], order.get(item[0][1], 1), item[0][1]))
    return Table(
        "table-2",
        "Lexical diversity by persona features given to the inquirer",
        "Means over the dialogues of all seeds, with variances (ddof 0) in parentheses. TTR and distinct-n fall as dialogues "
        "grow: compare them beside the words of a dialogue. Dash: no words.",
        ("inquirer", "persona", "TTR", "distinct-1", "distinct-2", "dialogues", "words per dialogue"),
        tuple(
            (inquirer, CONDITIONS.get(key, key), *_diversity(diversity_of(seeds))) for (inquirer, key), seeds in ordered
        ),
    )


def failure_percents(inquirers: Mapping[str, PerSeed]) -> dict[str, dict[str, float]]:
    """Return the percentage of each kind of failure by inquirer, for figure 8, without kinds that have no outputs."""
    return {
        inquirer: {
            kind: 100 * share
            for kind, (_, of) in FAILURES.items()
            if (share := _share([of(summary) for summary in seeds])) is not None
        }
        for inquirer, seeds in inquirers.items()
    }


def _diversity(row: DiversityRow) -> tuple[Cell, ...]:
    return (str(row.ttr), str(row.distinct_1), str(row.distinct_2), row.dialogues, row.words)


def _utterances(summary: Summary) -> Moments:
    """Return the number of utterances: two per turn."""
    mean, sd = summary.turns_mean, summary.turns_sd
    return (None if mean is None else 2 * mean, None if sd is None else 2 * sd)


def _mean_sd(per_seed: Iterable[Moments]) -> str:
    """Return mean and standard deviation, both averaged over seeds as in the paper; unknown if a seed lacks them."""
    moments = list(per_seed)
    means, sds = [mean for mean, _ in moments if mean is not None], [sd for _, sd in moments if sd is not None]
    if not moments or len(means) < len(moments) or len(sds) < len(moments):
        return DASH
    return mean_sd(fmean(means), fmean(sds))


def _share(rates: Sequence[Rate]) -> float | None:
    outputs = fmean(rate.outputs for rate in rates) if rates else 0
    return fmean(rate.count for rate in rates) / outputs if outputs else None


def _percent(rates: Sequence[Rate]) -> str:
    """Return the mean count as a share of the mean number of outputs, and the counts' standard deviation in the same unit."""
    share = _share(rates)
    if share is None:
        return DASH
    spread = pstdev(rate.count for rate in rates) / fmean(rate.outputs for rate in rates)
    return f"{100 * share:.2f}% ({100 * spread:.2f}%)"


def _counts(rates: Sequence[Rate]) -> str:
    if not sum(rate.outputs for rate in rates):
        return DASH
    counts = [rate.count for rate in rates]
    return f"{fmean(counts):.2f} ({pstdev(counts):.2f}) / {fmean(rate.outputs for rate in rates):.2f}"

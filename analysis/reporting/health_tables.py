"""Tables of the health of a run: for the whole run beside natural dialogues, and by goal, persona group and turn."""

from collections.abc import Mapping, Sequence

from analysis.statistics.health.catalogue import missing_from
from analysis.statistics.health.symptom import Symptom
from analysis.statistics.health.tally import ALL, GOAL, LAST_TURN, TURN, Health, Share
from studies.files.printed_tables import NOT_MEASURED, Cell, Percentage, Table

WHOLE = (ALL, "")
NOT_RECORDED = "not recorded"
_PERCENT = "Per cent; the first row is the number of dialogues. Dash: no data."


def health_table(simulated: Health, natural: Health) -> Table:
    """Return the share of each symptom in the run and in the natural dialogues, with the numbers that they are shares of."""
    rows: list[tuple[Cell, ...]] = []
    for symptom in simulated.symptoms:
        found, usual = simulated.share(symptom.name, WHOLE), natural.share(symptom.name, WHOLE)
        rows.append((symptom.label, _percent(found), found.of, symptom.unit, _percent(usual), usual.of))
    rows += [(one.label, NOT_MEASURED, None, one.unit, None, None) for one in missing_from(simulated.symptoms)]
    return Table(
        "health",
        "Symptoms",
        "Shares in per cent of outputs (including rejected ones), utterances, responses or dialogues. For goal parroting, the "
        "mean share of an utterance. Natural: the study’s natural dialogues. Dash: no data.",
        ("symptom", "simulated %", "of", "unit", "natural %", "of natural"),
        tuple(rows),
    )


def endings_table(simulated: Health, natural: Health, words: Mapping[str, str]) -> Table:
    """Return the share of each ending in both; ``words`` describes endings."""
    endings = _endings(simulated) + [one for one in _endings(natural) if one not in simulated.endings]
    rows: list[tuple[Cell, ...]] = [
        (
            _named(ending, words),
            _percent(simulated.ending_share(ending, WHOLE)),
            round(simulated.ending_share(ending, WHOLE).count),
            _percent(natural.ending_share(ending, WHOLE)),
            round(natural.ending_share(ending, WHOLE).count),
        )
        for ending in endings
    ]
    return Table(
        "endings",
        "Endings",
        "Why dialogues stopped: per cent, and numbers of dialogues.",
        ("ending", "simulated %", "dialogues", "natural %", "natural dialogues"),
        tuple(rows),
    )


def group_table(simulated: Health, by: str, label: str, words: Mapping[str, str]) -> Table:
    """Return the share of each symptom and each ending in each group of the way of grouping ``by``, called ``label``."""
    groups = simulated.groups(by)
    rows: list[tuple[Cell, ...]] = [("dialogues", *(simulated.dialogues_in((by, group)) for group in groups))]
    rows += [(one.label, *_shares(simulated, one, by, groups)) for one in simulated.symptoms]
    rows += [
        (f"ended: {_named(one, words)}", *(_percent(simulated.ending_share(one, (by, group))) for group in groups))
        for one in _endings(simulated)
    ]
    return Table(
        f"health-by-{by.replace('_', '-')}",
        f"Symptoms by {label}",
        f"{_PERCENT}{_about_turns() if by == TURN else ''}",
        ("symptom", *(_heading(by, group) for group in groups)),
        tuple(row for row in rows if any(cell is not None for cell in row[1:])),
    )


def _about_turns() -> str:
    return (
        " Dialogues and endings are those of dialogues that reached the turn. Symptoms of whole dialogues have no turn. Failed "
        "outputs belong to the turn that they would have started."
    )


def _shares(health: Health, symptom: Symptom, by: str, groups: Sequence[str]) -> list[Cell]:
    return [_percent(health.share(symptom.name, (by, group))) for group in groups]


def _heading(by: str, group: str) -> str:
    if by == TURN:
        return f"turn {group}{'+' if group == str(LAST_TURN) else ''}"
    return f"goal {group}" if by == GOAL else group


def _endings(health: Health) -> list[str]:
    """Return the endings that occurred, the most frequent first."""
    return sorted(health.endings, key=lambda ending: -health.ending_share(ending, WHOLE).count)


def _named(ending: str, words: Mapping[str, str]) -> str:
    return words.get(ending, ending) if ending else NOT_RECORDED


def _percent(share: Share) -> float | None:
    return None if share.rate is None else Percentage(100 * share.rate)

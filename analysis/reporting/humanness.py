"""The output about the health and the fidelity of a run: tables, figures, findings in words, definitions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.reporting.drift import CharacterDrift
from analysis.reporting.fidelity_tables import group_words, groups_table, measures_table, separation_table
from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.fidelity import distances_by_row
from analysis.reporting.figures.labels import counted, listed
from analysis.reporting.health_tables import WHOLE, endings_table, group_table, health_table
from analysis.statistics.fidelity.comparison import OVERALL, Distance
from analysis.statistics.fidelity.fidelity import GOAL, TURN, Fidelity
from analysis.statistics.health.tally import Health
from studies.files.printed_tables import Table

MOST_NAMED = 5
RARE = 0.01
"""By how much a symptom must be more frequent than among people to be named among the findings."""


@dataclass(frozen=True, slots=True)
class Definition:
    """The definition of a symptom or a measure, for readers, with its source if it has one."""

    label: str
    definition: str
    source: str


@dataclass(frozen=True, slots=True)
class _SymptomShare:
    """The share of a symptom in the run and, if known, in the natural dialogues."""

    label: str
    found: float
    usual: float | None

    @property
    def excess(self) -> float:
        return self.found - (self.usual or 0)

    def __str__(self) -> str:
        usual = "" if self.usual is None else f", people {100 * self.usual:.0f}%"
        return f"{self.label} ({100 * self.found:.0f}%{usual})"


@dataclass(frozen=True, slots=True)
class Humanness:
    """The health of a run's dialogues and of natural ones, and the fidelity, or the reason why there is none.

    ``features`` holds the labels of the persona form's questions, ``endings`` the words for endings. ``drift`` is that of the
    run's characters, None if it has none.
    """

    simulated: Health
    natural: Health
    fidelity: Fidelity
    features: Mapping[str, str]
    endings: Mapping[str, str]
    drift: CharacterDrift | None = None

    @property
    def reason(self) -> str:
        """Return why there is no fidelity; empty if there is one."""
        return self.fidelity.whole.reason

    def health_tables(self) -> list[Table]:
        """Return the tables of the whole run, and then those by goal, turn and persona group."""
        whole = [health_table(self.simulated, self.natural), endings_table(self.simulated, self.natural, self.endings)]
        ways = {GOAL: "goal", TURN: "turn"} | {by: f"persona group: {label}" for by, label in self.features.items()}
        present = {by: label for by, label in ways.items() if self.simulated.groups(by)}
        return whole + [group_table(self.simulated, by, label, self.endings) for by, label in present.items()]

    def fidelity_tables(self) -> list[Table]:
        """Return the tables of the fidelity; none if there is none."""
        if self.reason:
            return []
        labels = {GOAL: "goal", TURN: "turn", **self.features}
        return [measures_table(self.fidelity), groups_table(self.fidelity, labels), separation_table(self.fidelity)]

    def figures(self) -> list[Drawing | Undrawn]:
        """Return the figures: distances by measure, and by persona group."""
        return [
            distances_by_row(
                "fidelity-by-measure", "Distances from people, by measure", self._by_measure(), self.reason
            ),
            distances_by_row(
                "fidelity-by-persona-group",
                "Distances from people, by persona group",
                self._by_persona_group(),
                self.reason or "No persona group has four people and four personas.",
            ),
        ]

    def findings(self) -> list[str]:
        """Return the results in sentences."""
        found = [
            self._about_symptoms(),
            *self._about_distances(),
            *self._about_groups(),
            *self._about_classifier(),
        ]
        return [sentence for sentence in found if sentence]

    def definitions(self) -> list[Definition]:
        """Return the definitions of all symptoms and measures."""
        symptoms = [Definition(one.label, one.definition, one.source) for one in self.simulated.symptoms]
        return symptoms + [Definition(one.label, one.definition, one.source) for one in self.fidelity.measures]

    def _by_measure(self) -> dict[str, Distance]:
        labels = {measure.name: measure.label for measure in self.fidelity.measures} | {OVERALL: "all numeric (mean)"}
        return {labels[name]: one for name, one in self.fidelity.whole.distances.items()}

    def _by_persona_group(self) -> dict[str, Distance]:
        return {
            f"{self.features[by]}: {group_words(by, group)}": one.overall
            for (by, group), one in self.fidelity.groups.items()
            if by in self.features and one.overall
        }

    def _about_symptoms(self) -> str:
        """Name the symptoms that exceed the natural dialogues most, or the most frequent ones without natural dialogues."""
        found = [share for share in self._symptom_shares() if share.excess >= RARE]
        named = [str(share) for share in sorted(found, key=lambda share: -share.excess)[:MOST_NAMED]]
        if not named:
            than = "1% more of the units than among people" if self.natural.dialogues else "1% of the units"
            return f"No symptom occurs in {than}."
        than = "Symptoms more frequent than among people" if self.natural.dialogues else "Most frequent symptoms"
        return f"{than}: {listed(named)}."

    def _symptom_shares(self) -> Iterator[_SymptomShare]:
        for symptom in self.simulated.symptoms:
            found, usual = (side.share(symptom.name, WHOLE).rate for side in (self.simulated, self.natural))
            if found is not None:
                yield _SymptomShare(symptom.label, found, usual)

    def _about_distances(self) -> Iterator[str]:
        each = {label: one for label, one in self._by_measure().items() if one.measure != OVERALL}
        beyond = sorted((one for one in each.items() if one[1].is_farther), key=lambda one: -one[1].excess)
        if not each:
            return
        named = [f"{label} ({one.found.middle:.2f}, ceiling {one.ceiling.middle:.2f})" for label, one in beyond]
        if not named:
            yield f"In none of {len(each)} measures is the simulation farther from people than people are from each other."
        else:
            more = f"; {len(named) - MOST_NAMED} more are in the table" if len(named) > MOST_NAMED else ""
            yield (
                f"In {len(named)} of {counted(len(each), 'measure')} the simulation is farther from people than people are "
                f"from each other: {listed(named[:MOST_NAMED])}{more}."
            )

    def _about_groups(self) -> Iterator[str]:
        groups = self._by_persona_group()
        if len(groups) > 1:
            worst = max(groups, key=lambda label: groups[label].excess)
            best = min(groups, key=lambda label: groups[label].excess)
            yield (
                f"By persona group, the simulation exceeds the ceiling most for “{worst}” (by {groups[worst].excess:.2f}) and "
                f"least for “{best}” (by {groups[best].excess:.2f})."
            )

    def _about_classifier(self) -> Iterator[str]:
        one = self.fidelity.separation
        if one.auc is None or one.chance is None:
            return
        verdict = "better than chance" if one.is_told_apart else "no better than chance"
        yield (
            f"A text classifier tells people and simulations apart {verdict}: AUC {one.auc:.2f} (95% interval {one.low:.2f} to "
            f"{one.high:.2f}), by chance {one.chance:.2f} ({one.chance_low:.2f} to {one.chance_high:.2f})."
        )

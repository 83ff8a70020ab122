"""Taking in dialogues from files in the official format."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from collection.models import Dialogue, Goal, Output, Persona, Study
from collection.records import Record
from collection.services import freeze_study
from collection.turn_records import save_recorded_turn
from dialogue.personas import describe
from simulation.casting import identify
from simulation.models import Run, Simulation


class Unplaced(ValueError):
    """A line whose place in the study is not certain; the message says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the lines: imported, there before, or left out with the reason."""

    imported: int
    present: int
    unplaced: tuple[str, ...]


@transaction.atomic
def import_dialogues(
    study: Study, records: Sequence[Record], *, inquirer: str | None, source: str, seed: int = 0
) -> Report:
    """Stores ``records`` as natural dialogues, or as a finished run of the model called ``inquirer``.

    A line that lacks a seed is taken for ``seed``. Lines that are there already are passed over, so an import can be
    repeated; lines without a certain place, or of another kind or inquirer, are reported, never merged.
    """
    longest = Dialogue._meta.get_field("imported_from").max_length
    importer = _Importer(study, inquirer, source[:longest], seed)
    for record in records:
        importer.take(record)
    freeze_study(study)
    return Report(importer.imported, importer.present, tuple(importer.unplaced))


@dataclass
class _Importer:
    study: Study
    inquirer: str | None
    source: str
    seed: int
    imported: int = 0
    present: int = 0
    unplaced: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._goals = list(self.study.goals.all())
        self._personas = list(self.study.personas.order_by("code"))
        self._participants = set(self.study.participants.values_list("persona__code", flat=True))
        self._seen: dict[tuple[int, str, int], int] = defaultdict(int)

    def take(self, record: Record) -> None:
        try:
            self._refuse_other(record)
            goal = self._goal(record)
            self._store(record, goal, self._persona(record, goal))
        except Unplaced as reason:
            self.unplaced.append(f"Line {record.line}: {reason}")

    def _refuse_other(self, record: Record) -> None:
        """What the line says of itself goes before what the whole file is said to be."""
        if record.is_unfinished:
            raise Unplaced("this dialogue has not ended: export it again when it has.")
        kind = Dialogue.Kind.NATURAL if self.inquirer is None else Dialogue.Kind.SIMULATED
        if record.kind not in (None, kind):
            raise Unplaced(f"this dialogue is {record.kind}, not {kind}.")
        asked = None if record.inquirer is None else record.inquirer.get("model")
        if record.inquirer is not None and asked != self.inquirer:
            raise Unplaced(f"{_named(asked)} asked here, not {_named(self.inquirer)}.")

    def _goal(self, record: Record) -> Goal:
        wanted = _collapse(record.instruction)
        for goal in self._goals:
            if record.goal_number in (None, goal.number) and _collapse(goal.text) == wanted:
                return goal
        raise Unplaced("the study has no goal with this instruction.")

    def _persona(self, record: Record, goal: Goal) -> Persona:
        """By its id, or the k-th persona with this sentence for the k-th line with the same goal, sentence and seed.

        A sentence never leads to a participant: many people share one, and only an id says which of them it was.
        """
        if record.persona_id is not None:
            return self._persona_by_code(record.persona_id)
        key = (goal.pk, record.persona, self._seed(record))
        position, self._seen[key] = self._seen[key], self._seen[key] + 1
        listed = (persona for persona in self._personas if persona.code not in self._participants)
        alike = [persona for persona in listed if describe(persona.features) == record.persona]
        if not alike:
            raise Unplaced("no persona of the study has this sentence.")
        if position >= len(alike):
            raise Unplaced(f"only {len(alike)} personas have this sentence, and earlier lines took them for this goal.")
        return alike[position]

    def _persona_by_code(self, code: str) -> Persona:
        for persona in self._personas:
            if persona.code == code:
                return persona
        raise Unplaced(f"the study has no persona {code!r}.")

    def _store(self, record: Record, goal: Goal, persona: Persona) -> None:
        run = self._run(record, self.inquirer) if self.inquirer is not None else None
        there = self._find(record, goal, persona, run)
        if there is None and run is None and persona.code in self._participants:
            raise Unplaced(f"{persona} takes part in this study: what they say comes from them alone.")
        if there is None:
            self._create(record, goal, persona, run)
            self.imported += 1
        elif _said(there) == [(turn.utterance, turn.response) for turn in record.turns]:
            self.present += 1
        else:
            raise Unplaced(f"{persona} already has another dialogue for {goal} here.")

    def _find(self, record: Record, goal: Goal, persona: Persona, run: Run | None) -> Dialogue | None:
        dialogues = Dialogue.objects.filter(study=self.study, goal=goal, persona=persona)
        if run is None:
            return dialogues.filter(kind=Dialogue.Kind.NATURAL).first()
        return dialogues.filter(simulation__run=run, simulation__seed=self._seed(record)).first()

    def _run(self, record: Record, inquirer: str) -> Run:
        configuration = {"imported": True, "inquirer": self._asked(record), "responder": record.responder}
        run, _ = Run.objects.get_or_create(
            study=self.study,
            identity=identify(configuration),
            defaults={
                "inquirer": inquirer,
                "responder": record.responder.get("model", ""),
                "configuration": configuration,
                "state": Run.State.FINISHED,
            },
        )
        return run

    def _create(self, record: Record, goal: Goal, persona: Persona, run: Run | None) -> None:
        now = timezone.now()
        dialogue = Dialogue.objects.create(
            study=self.study,
            goal=goal,
            persona=persona,
            persona_sentence=record.persona,
            kind=Dialogue.Kind.SIMULATED if run else Dialogue.Kind.NATURAL,
            inquirer=self._asked(record),
            responder=record.responder,
            seed=self._seed(record) if run else None,
            ending=record.ending or ("" if run else "next_goal"),
            imported_from=self.source,
            ended_at=now,
        )
        for position, turn in enumerate(record.turns):
            save_recorded_turn(dialogue, position, turn, now)
        Output.objects.bulk_create(Output(dialogue=dialogue, **output) for output in record.outputs)
        if run:
            Simulation.objects.create(
                run=run, persona=persona, goal=goal, seed=self._seed(record), dialogue=dialogue, finished_at=now
            )

    def _asked(self, record: Record) -> dict[str, Any]:
        """The inquirer with all that our own export tells of it; of an official line only the name is known."""
        return record.inquirer or ({} if self.inquirer is None else {"model": self.inquirer})

    def _seed(self, record: Record) -> int:
        return self.seed if record.seed is None else record.seed


def _collapse(text: str) -> str:
    """The official files hold goal 4 on one line."""
    return " ".join(text.split())


def _named(inquirer: str | None) -> str:
    return "a person" if inquirer is None else f"the model {inquirer!r}"


def _said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return list(dialogue.turns.values_list("utterance", "response"))

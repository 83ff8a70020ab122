"""Import dialogues from files in the official format."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from dialogue.names import plain_name
from simulation.models import Run, Simulation
from simulation.requests import refuse_test_copy
from simulation.roles import roles_of, sentence_of
from simulation.run_identity import identify
from studies.audit import Verb, record
from studies.files.pieces import write_in_pieces
from studies.files.recorded_answers import UnknownAnswer, check_recorded_answers, save_recorded_answers
from studies.files.records import InvalidRecord, Place, Record, read_record
from studies.files.turn_records import save_recorded_turns
from studies.models import Dialogue, Goal, Output, Persona, Study, refuse_archived
from studies.recorded_roles import ROLE
from studies.search.indexing import index_dialogues
from studies.services import freeze_study


class Unplaced(ValueError):
    """A line that cannot be matched to the study with certainty; the message says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """The lines that were imported or already present, and those left out, with reasons. ``mended`` lines were imported with
    U+FFFD for characters that databases cannot store."""

    imported: int
    present: int
    unplaced: tuple[str, ...]
    mended: int = 0

    @property
    def lines(self) -> int:
        return self.imported + self.present + len(self.unplaced)


def import_dialogues(
    study: Study, lines: Iterable[str | bytes], *, inquirer: str | None, source: str, seed: int = 0
) -> Report:
    """Store the dialogues in ``lines`` as natural ones, or as a finished run of the model called ``inquirer``.

    A line without a seed gets ``seed``. Lines that are already present are skipped, so an interrupted import can be repeated.
    Lines that are not a dialogue, have no certain place, or are of another kind or inquirer are reported, never merged. Lines
    are stored in pieces, so that others can write in between. Raises Archived, or RequestError for a test copy.
    """
    refuse_archived(study.pk)
    refuse_test_copy(study)
    longest = Dialogue._meta.get_field("imported_from").max_length
    importer = _Importer(study, inquirer and plain_name(inquirer), source[:longest], seed)
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    write_in_pieces(numbered, importer.take, begin=importer.begin, finish=importer.finish)
    record(study, Verb.IMPORTED, f"{importer.imported} dialogues from {importer.source}")
    return Report(importer.imported, importer.present, tuple(importer.unplaced), importer.mended)


@dataclass
class _Importer:
    study: Study
    inquirer: str | None
    source: str
    seed: int
    imported: int = 0
    present: int = 0
    mended: int = 0
    unplaced: list[str] = field(default_factory=list)
    _seen: Counter[tuple[int, str, int]] = field(default_factory=Counter)
    _runs: dict[str, Run] = field(default_factory=dict)
    _unindexed: list[int] = field(default_factory=list)

    def begin(self) -> None:
        """Lock the study, so that other imports into it wait, see what this transaction stored, and store nothing twice.

        Read the study again until a line is stored: from then on it is frozen, and others may write in it.
        """
        study = Study.objects.select_for_update(no_key=bool(self.imported)).get(pk=self.study.pk)
        refuse_archived(study.pk)
        if self.imported:
            return
        self._goals = [(goal, plain_name(goal.text)) for goal in study.goals.all()]
        self._participants = set(study.personas.exclude(participant=None).values_list("pk", flat=True))
        self._conditions = {condition.name: condition for condition in study.conditions.all()}
        self._codes: dict[str, Persona] = {}
        self._alike: defaultdict[str, list[Persona]] = defaultdict(list)
        for persona in study.personas.select_related("character").order_by("code"):
            self._codes[plain_name(persona.code)] = persona
            if persona.pk not in self._participants:
                self._alike[plain_name(sentence_of(persona, "all", study.persona_template))].append(persona)

    def finish(self) -> None:
        """Index what this transaction stored, all at once, because single dialogues take several times as long."""
        index_dialogues(self._unindexed)
        self._unindexed.clear()

    def take(self, numbered: tuple[int, str | bytes]) -> None:
        number, line = numbered
        try:
            record = read_record(number, line)
            self._refuse_other(record)
            goal = self._goal(record.instruction, record.goal_number)
            self._refuse_unknown_condition(record)
            self._store(record, goal, self._persona(record, goal))
        except InvalidRecord as reason:
            self.unplaced.append(str(reason))
            self._pass_over(reason.place)
        except Unplaced as reason:
            self.unplaced.append(f"Line {number}: {reason}")

    def _pass_over(self, place: Place | None) -> None:
        """Keep the place of a broken line free, so that later lines get the right places."""
        if place is None:
            return
        with suppress(Unplaced):
            self._seen[self._key(self._goal(place.instruction, None), place.persona, place.seed)] += 1

    def _refuse_other(self, record: Record) -> None:
        """Raise Unplaced if the line contradicts the options of the import."""
        if record.is_unfinished:
            raise Unplaced("this dialogue has not ended. Export it again when it has.")
        if record.kind == Dialogue.Kind.BRANCH:
            raise Unplaced("this dialogue is a branch of another one, and branches cannot be imported.")
        kind = Dialogue.Kind.NATURAL if self.inquirer is None else Dialogue.Kind.SIMULATED
        if record.kind not in (None, kind):
            raise Unplaced(f"this dialogue is {record.kind}, not {kind}. {_advice(record)}")
        asked = None if record.inquirer is None else record.inquirer.get("model")
        if record.inquirer is not None and asked != self.inquirer:
            advice = "Change --inquirer." if asked and self.inquirer else _advice(record)
            raise Unplaced(f"the inquirer is {_named(asked)}, not {_named(self.inquirer)}. {advice}")

    def _refuse_unknown_condition(self, record: Record) -> None:
        if record.condition and record.condition not in self._conditions:
            raise Unplaced(
                f"the study has no condition {record.condition!r:.60}. Import it into a study with this condition, or remove "
                "the line's key 'condition'."
            )

    def _goal(self, instruction: str, number: int | None) -> Goal:
        wanted = plain_name(instruction)
        for goal, text in self._goals:
            if number in (None, goal.number) and text == wanted:
                return goal
        raise Unplaced("the study has no goal with this instruction.")

    def _key(self, goal: Goal, persona: str, seed: int | None) -> tuple[int, str, int]:
        return goal.pk, plain_name(persona), self.seed if seed is None else seed

    def _persona(self, record: Record, goal: Goal) -> Persona:
        """Return the persona by its id, or the k-th one with this sentence for the k-th line with this goal, sentence and seed.

        Participants are found only by id, because many people share one sentence.
        """
        if record.persona_id is not None:
            return self._persona_by_code(record.persona_id)
        key = self._key(goal, record.persona, record.seed)
        position, self._seen[key] = self._seen[key], self._seen[key] + 1
        alike = self._alike.get(plain_name(record.persona), [])
        if not alike:
            raise Unplaced("no persona of the study has this sentence.")
        if position >= len(alike):
            raise Unplaced(
                f"only {len(alike)} personas have this sentence, and earlier lines already used them for this goal."
            )
        return alike[position]

    def _persona_by_code(self, code: str) -> Persona:
        known = self._codes.get(plain_name(code))
        # A participant who has withdrawn since the study was read: their persona was deleted.
        found = known and Persona.objects.select_for_update(of=("self",), no_key=True).filter(pk=known.pk).first()
        if not found:
            raise Unplaced(f"the study has no persona {code!r:.100}.")
        return found

    def _store(self, record: Record, goal: Goal, persona: Persona) -> None:
        run = self._run(record, self.inquirer) if self.inquirer is not None else None
        there = self._find(record, goal, persona, run)
        if there is None and run is None and persona.pk in self._participants:
            raise Unplaced(
                f"{persona} is a participant of this study, and participants' natural dialogues cannot be imported."
            )
        if there is None:
            self._create(record, goal, persona, run)
            self.imported += 1
            self.mended += record.is_mended
        elif _said(there) == [(turn.utterance, turn.response) for turn in record.turns]:
            self.present += 1
        else:
            where = "this study" if run is None else "this run"
            raise Unplaced(f"{persona} already has another dialogue for {goal} in {where}.")

    def _find(self, record: Record, goal: Goal, persona: Persona, run: Run | None) -> Dialogue | None:
        dialogues = Dialogue.objects.filter(study=self.study, goal=goal, persona=persona)
        if run is None:
            return dialogues.filter(kind=Dialogue.Kind.NATURAL).first()
        return dialogues.filter(simulation__run=run, simulation__seed=self._seed(record)).first()

    def _run(self, record: Record, inquirer: str) -> Run:
        sides = {"inquirer": self._asked(record), "responder": record.responder}
        models = {speaker: {key: item for key, item in one.items() if key != ROLE} for speaker, one in sides.items()}
        configuration = {"imported": True} | models | roles_of(sides)
        identity = identify(configuration)
        if identity not in self._runs:
            self._runs[identity] = self._stored_run(identity, configuration, inquirer)
        return self._runs[identity]

    def _stored_run(self, identity: str, configuration: dict[str, Any], inquirer: str) -> Run:
        run, _ = Run.objects.get_or_create(
            study=self.study,
            identity=identity,
            defaults={
                "inquirer": inquirer,
                "responder": configuration["responder"].get("model", ""),
                "configuration": configuration,
                "state": Run.State.FINISHED,
            },
        )
        return run

    def _create(self, record: Record, goal: Goal, persona: Persona, run: Run | None) -> None:
        now = timezone.now()
        _check_answers(self.study, record)
        if not self.imported:
            freeze_study(self.study)
        dialogue = Dialogue.objects.create(
            study=self.study,
            goal=goal,
            persona=persona,
            persona_sentence=record.persona,
            kind=Dialogue.Kind.SIMULATED if run else Dialogue.Kind.NATURAL,
            inquirer=self._asked(record),
            responder=record.responder,
            condition=self._conditions.get(record.condition),
            seed=self._seed(record) if run else None,
            ending=record.ending or ("" if run else "next_goal"),
            imported_from=self.source,
            ended_at=now,
        )
        save_recorded_turns(dialogue, record.turns, now)
        self._unindexed.append(dialogue.pk)
        Output.objects.bulk_create(Output(dialogue=dialogue, **output) for output in record.outputs)
        if run is None:
            save_recorded_answers(dialogue, record.survey, now)
        if run:
            Simulation.objects.create(
                run=run,
                persona=persona,
                goal=goal,
                seed=self._seed(record),
                dialogue=dialogue,
                finished_at=now,
                ending=dialogue.ending,
            )

    def _asked(self, record: Record) -> dict[str, Any]:
        """Return the inquirer as described in our own exports; official lines contain only its name."""
        return record.inquirer or ({} if self.inquirer is None else {"model": self.inquirer})

    def _seed(self, record: Record) -> int:
        return self.seed if record.seed is None else record.seed


def _check_answers(study: Study, record: Record) -> None:
    try:
        check_recorded_answers(study, record.survey)
    except UnknownAnswer as error:
        raise Unplaced(str(error)) from error


def _named(inquirer: str | None) -> str:
    return "a person" if inquirer is None else f"the model {inquirer!r}"


def _advice(record: Record) -> str:
    """Return the option with which the line can be imported."""
    is_simulated = record.kind == Dialogue.Kind.SIMULATED or (record.inquirer or {}).get("model")
    return "Import it with --inquirer." if is_simulated else "Import it with --natural."


def _said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return list(dialogue.turns.values_list("utterance", "response"))

"""The dialogues of a run, and the natural ones of its study, as the rows that health and fidelity are computed from."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from analysis.statistics.spoken import ENGLISH, SpokenDialogue, SpokenOutput, SpokenTurn
from simulation.models import Run
from studies.models import Dialogue, Output, Study, Turn, is_excluded

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Instructions:
    """What the measures need to know of the inquirer's prompt set: its language, and what must not occur in sent texts.

    If the set is not recorded, its language is taken to be English.
    """

    language: str = ENGLISH
    stop_token: str = ""
    marks: tuple[str, ...] = ()
    is_recorded: bool = False


def simulated_dialogues(run: Run) -> QuerySet[Dialogue]:
    """Return the ended dialogues of the run, without those that a later try has replaced or a researcher excluded."""
    return Dialogue.objects.filter(simulation__run=run).exclude(ended_at=None).exclude(is_excluded())


def natural_dialogues(study: Study) -> QuerySet[Dialogue]:
    """Return the ended natural dialogues of the study that have a turn, without excluded ones."""
    natural = Dialogue.objects.filter(study=study, kind=Dialogue.Kind.NATURAL).exclude(ended_at=None)
    counted = natural.exclude(is_excluded())
    return counted.filter(Exists(Turn.objects.filter(dialogue=OuterRef("pk"))))


def read_spoken(dialogues: QuerySet[Dialogue], instructions: Instructions = Instructions()) -> Iterator[SpokenDialogue]:
    """Yield the dialogues in order, a few hundred in memory at a time. People had no ``instructions``."""
    turns = Prefetch("turns", Turn.objects.order_by("position"))
    needed = ("dialogue", "position", "speaker", "attempt", "status", "stop_reason", "is_self_reply", "has_rest")
    outputs = Prefetch("outputs", Output.objects.only(*needed))
    related = dialogues.select_related("goal", "persona").prefetch_related(turns, outputs)
    for dialogue in related.order_by("pk").iterator(chunk_size=AT_ONCE):
        yield _spoken(dialogue, instructions)


def _spoken(dialogue: Dialogue, instructions: Instructions) -> SpokenDialogue:
    return SpokenDialogue(
        person=dialogue.persona.code,
        goal_number=dialogue.goal.number,
        goal=dialogue.goal.text,
        is_natural=dialogue.kind == Dialogue.Kind.NATURAL,
        turns=tuple(SpokenTurn(turn.utterance, turn.response) for turn in dialogue.turns.all()),
        ending=dialogue.ending,
        persona=dialogue.persona_sentence,
        features=dialogue.persona.features,
        outputs=tuple(_output(output) for output in dialogue.outputs.all()),
        stop_token=instructions.stop_token,
        marks=_marks(dialogue, instructions),
    )


def _output(output: Output) -> SpokenOutput:
    return SpokenOutput(
        output.speaker,
        output.position + 1,
        is_cut=output.stop_reason == "length",
        is_self_reply=output.is_self_reply,
        is_end=output.status == "stop",
        has_rest=output.has_rest,
    )


def _marks(dialogue: Dialogue, instructions: Instructions) -> tuple[str, ...]:
    """Return the marks of the prompt set and the recorded ones of both speakers' models, each once."""
    recorded = (mark for side in (dialogue.inquirer, dialogue.responder) for mark in side.get("marks") or ())
    return tuple(dict.fromkeys([*instructions.marks, *recorded]))

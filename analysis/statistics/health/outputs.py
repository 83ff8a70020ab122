"""Symptoms of single outputs, rejected ones included: cut by the limit, self-replies, and text beside the stop token."""

from collections.abc import Callable, Iterator

from analysis.statistics.health.symptom import Find, Observation, Symptom, Unit
from analysis.statistics.spoken import SpokenDialogue, SpokenOutput

_SECTION = "LLM Roleplay, section 3.3"
_UNITS: dict[str, Unit] = {"inquirer": "inquirer outputs", "responder": "responder outputs"}


def _of(speaker: str, holds: Callable[[SpokenOutput], bool]) -> Find:
    def find(dialogue: SpokenDialogue) -> Iterator[Observation]:
        for output in dialogue.outputs:
            if output.speaker == speaker:
                yield output.turn, float(holds(output))

    return find


def _cut(speaker: str) -> Symptom:
    return Symptom(
        f"cut-{speaker}",
        f"cut by the limit ({speaker})",
        _UNITS[speaker],
        "The output ended because it reached its token limit or the end of the context.",
        _of(speaker, lambda output: output.is_cut),
    )


def _self_reply(speaker: str) -> Symptom:
    return Symptom(
        f"self-reply-{speaker}",
        f"self-reply ({speaker})",
        _UNITS[speaker],
        "The output went on with a message of the other speaker, and was cut there.",
        _of(speaker, lambda output: output.is_self_reply),
        source=_SECTION,
    )


def _beside_stop(dialogue: SpokenDialogue) -> Iterator[Observation]:
    for output in dialogue.outputs:
        if output.is_end:
            yield output.turn, float(output.has_rest)


SYMPTOMS = (
    _cut("inquirer"),
    _cut("responder"),
    _self_reply("inquirer"),
    _self_reply("responder"),
    Symptom(
        "beside-stop",
        "text beside the stop token",
        _UNITS["inquirer"],
        "Of the outputs that end a dialogue: the output contains more than the stop token. The text is not sent unless the "
        "prompt set says so.",
        _beside_stop,
    ),
)

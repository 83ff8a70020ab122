"""Studies and dialogues as the pages show them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from dialogue.model_config import ModelSpec
from dialogue.speakers import Ending
from studies.cut_outputs import cuts_of, sentences_of
from studies.language_models.catalogue import missing_piece
from studies.models import Dialogue, Generation, Output, Persona, Turn, Typing
from studies.questions.sentences import write_sentence

ENDING_SENTENCES: dict[Ending, str] = {
    "goal_reached": "The inquirer ended the dialogue because it considered its goal reached.",
    "max_turns": "The turn limit was reached before the inquirer considered its goal reached.",
    "no_prompt": "The inquirer's last output contained no utterance in the form that its prompt set asks for.",
    "incoherent_inquirer": "The inquirer's last output repeated itself.",
    "incoherent_responder": "The responder's last output repeated itself.",
    "empty_output": "A model's output was empty.",
    "context_full": "The next message did not fit the model's context, even without the earlier turns.",
    "unsafe": "The dialogue was stopped because its content was unsafe.",
    "model_error": "The model's provider refused this content.",
    "left": "The person left the dialogue.",
    "next_goal": "The person continued with the next goal.",
}


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """A turn with all its outputs in order and, if a person typed it, the chatbot's attempts."""

    turn: Turn
    outputs: list[Output]
    tries: list[Generation]

    @property
    def number(self) -> int:
        return self.turn.position + 1

    @property
    def seconds(self) -> float:
        return sum(output.seconds for output in self.outputs)

    @property
    def typing(self) -> Typing | None:
        """Return how a person typed the utterance on this site, or None."""
        return getattr(self.turn, "typing", None) if self.tries else None

    @property
    def latest(self) -> Generation | None:
        """Return the chatbot's latest attempt, or None."""
        return self.tries[-1] if self.tries else None

    @property
    def has_detail(self) -> bool:
        return bool(self.outputs or self.tries)

    @property
    def inquirer_remarks(self) -> list[str]:
        return [words for output in self.outputs if output.speaker == "inquirer" for words in remarks(output)]

    @property
    def responder_remarks(self) -> list[str]:
        return [words for output in self.outputs if output.speaker == "responder" for words in remarks(output)]


@dataclass(frozen=True, slots=True)
class Chat:
    """A dialogue from the turn after ``shown``, and the outputs of its final step, which did not form a turn.

    ``pending`` is a person's utterance that the chatbot has not answered yet; it becomes one of the ``turns`` when complete.
    ``cuts`` are sentences about outputs that a limit cut.
    """

    dialogue: Dialogue
    turns: list[ChatTurn]
    pending: ChatTurn | None
    final_step: list[Output]
    shown: int
    cuts: list[str]

    @property
    def is_live(self) -> bool:
        """Return whether the dialogue may continue."""
        return self.dialogue.ended_at is None

    @property
    def pulse(self) -> str:
        """Return a value that changes whenever the pending turn does; empty without one."""
        if self.pending is None or self.pending.latest is None:
            return self.pending.turn.state if self.pending else ""
        latest = self.pending.latest
        return f"{self.pending.turn.position}-{latest.attempt}-{latest.state}-{len(latest.text)}"

    def has_news(self, pulse: str) -> bool:
        """Return whether a page with the first ``shown`` turns, and the pending one at ``pulse``, is out of date."""
        return bool(self.turns) or not self.is_live or self.pulse != pulse

    @property
    def length(self) -> int:
        """Return the number of turns on the page, including these."""
        return self.shown + len(self.turns)

    @property
    def next_turn(self) -> int:
        """Return the number of the turn after the last one on the page."""
        return self.turns[-1].number + 1 if self.turns else self.shown + 1

    @property
    def ending_sentence(self) -> str:
        if self.is_live:
            return "The dialogue has not ended yet."
        found = (sentence for ending, sentence in ENDING_SENTENCES.items() if ending == self.dialogue.ending)
        return next(found, "The ending of this dialogue was not recorded.")


def read_chat(dialogue: Dialogue, shown: int = 0) -> Chat:
    """Return the dialogue without its first ``shown`` turns, which are on the page already."""
    outputs = _by_position(dialogue.outputs.filter(position__gte=shown).order_by("position", "speaker", "attempt"))
    turns = [ChatTurn(turn, outputs.pop(turn.position, []), tries) for turn, tries in _turns(dialogue, shown)]
    is_pending = bool(turns) and turns[-1].turn.state == Turn.State.PENDING and dialogue.ended_at is None
    pending = turns.pop() if is_pending else None
    return Chat(dialogue, turns, pending, list(chain.from_iterable(outputs.values())), shown, _cuts(dialogue))


def _cuts(dialogue: Dialogue) -> list[str]:
    """Return sentences about the outputs that a limit cut in an ended dialogue."""
    if dialogue.ended_at is None:
        return []
    described = {"inquirer": dialogue.inquirer, "responder": dialogue.responder}
    return sentences_of(cuts_of(Dialogue.objects.filter(pk=dialogue.pk), described, is_one=True))


def _turns(dialogue: Dialogue, shown: int) -> list[tuple[Turn, list[Generation]]]:
    """Return the turns in order, each with the chatbot's attempts, which only people's turns have."""
    turns = dialogue.turns.filter(position__gte=shown).order_by("position")
    if dialogue.kind != Dialogue.Kind.NATURAL:
        return [(turn, []) for turn in turns]
    with_tries = turns.select_related("typing").prefetch_related("generations")
    return [(turn, list(turn.generations.all())) for turn in with_tries]


def _by_position(outputs: Iterable[Output]) -> defaultdict[int, list[Output]]:
    grouped: defaultdict[int, list[Output]] = defaultdict(list)
    for output in outputs:
        grouped[output.position].append(output)
    return grouped


def remarks(output: Output) -> list[str]:
    """Return the failures of one output that did not end the dialogue, in a few words each."""
    found = [
        (output.status not in ("said", "stop"), f"regenerated: {output.get_status_display()}"),
        (output.prompts_found > 1, f"{output.prompts_found} prompts, the first used"),
        (output.is_self_reply, "self-reply cut"),
        (output.has_rest, f"text beside the stop token, {'sent' if output.text else 'not sent'}"),
        (output.left_out > 0, f"{output.left_out} oldest {'turn' if output.left_out == 1 else 'turns'} left out"),
    ]
    return [words for is_so, words in found if is_so]


def persona_sentence(persona: Persona) -> str:
    """Return the persona's sentence, or its bare answers if they do not fit the sentence; of a character, who it is."""
    if persona.character:
        return f"{persona.character.name}. {persona.character.description}"
    features: Any = persona.features
    if not isinstance(features, dict):
        return str(features)
    try:
        return write_sentence(persona.study.persona_template, features)
    except ValueError:
        return ", ".join(map(str, features.values()))


def describe_model(spec: ModelSpec) -> SafeString:
    """Return a model for a form's choices, with its label and what it lacks."""
    name = format_html("<strong>{}</strong>", spec.name)
    if spec.label:
        name = format_html('{} <span class="label">{}</span>', name, spec.label)
    problem = missing_piece(spec)
    return format_html('{} <span class="problem">{}</span>', name, problem) if problem else name

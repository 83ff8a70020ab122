"""Counts of what a trial shows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dialogue.doctor.trials import Trial
from dialogue.leaked_marks import find_leak
from dialogue.outputs import Output
from dialogue.prompts import PromptSet
from dialogue.role_flips import helps
from dialogue.seeds import SpeakerName
from dialogue.speakers import Spoken

ENGLISH = "en"
_EXAMPLE = 300


@dataclass(frozen=True, slots=True)
class Findings:
    """The outputs of a speaker with one prompt set, read in this ``way``, counted; a stop before any answer is ``early``.

    ``usable`` ones have the text that the method needs, without leaked marks, and an inquirer's do not speak as an assistant.
    The provider refused ``refused`` ones, and ``too_long`` counts the prompts that the context could not hold. ``longest`` is
    the number of tokens of the longest output that the model ended. ``leaks`` are leaked marks, most frequent first.
    ``example`` is a usable text, ``failure`` the first raw output that is not. ``flips`` speak as an assistant, recognised by
    English phrases; None if the set's ``language`` is another one.
    """

    speaker: SpeakerName
    prompts: str
    way: str
    outputs: int
    usable: int
    no_prompt: int = 0
    empty: int = 0
    incoherent: int = 0
    early: int = 0
    refused: int = 0
    too_long: int = 0
    cut: int = 0
    several: int = 0
    self_replies: int = 0
    leaked: int = 0
    flips: int | None = 0
    thinking: int = 0
    limit: int = 0
    longest: int = 0
    tokens: int = 0
    seconds: float = 0.0
    leaks: tuple[str, ...] = ()
    example: str = ""
    failure: str = ""
    system: str = "message"
    marks: tuple[str, ...] = ()
    language: str = ENGLISH

    @property
    def share(self) -> float:
        """Return the share of outputs that can be used."""
        return self.usable / self.outputs if self.outputs else 0.0

    @property
    def is_thought_out(self) -> bool:
        """Return whether thoughts used up the limit of most outputs."""
        return bool(self.thinking) and 2 * min(self.empty, self.cut) > self.outputs

    @property
    def speed(self) -> float | None:
        """Return the tokens per second of all dialogues together; None if the provider counts none."""
        return self.tokens / self.seconds if self.tokens and self.seconds else None


def count(trial: Trial) -> Findings:
    """Return what the trial shows."""
    turns = [_Said(spoken, turn, trial) for case in trial.spoken for turn, spoken in enumerate(case)]
    outputs = trial.outputs
    statuses = Counter(output.checked.status for output in outputs)
    leaks = Counter(turn.leak for turn in turns if turn.leak)
    return Findings(
        speaker=trial.candidate.prompts.speaker,
        prompts=trial.candidate.reference,
        way=_way(trial),
        outputs=len(turns),
        usable=sum(turn.is_usable for turn in turns),
        no_prompt=statuses["no_prompt"],
        empty=statuses["empty"],
        incoherent=statuses["incoherent"],
        early=sum(turn.is_early for turn in turns),
        refused=sum(turn.spoken.ending == "model_error" for turn in turns),
        too_long=sum(turn.spoken.ending == "context_full" for turn in turns),
        cut=sum(output.reply.stop_reason == "length" for output in outputs),
        several=sum(output.checked.prompts_found > 1 for output in outputs),
        self_replies=sum(output.checked.is_self_reply for output in outputs),
        leaked=leaks.total(),
        flips=sum(turn.is_flip for turn in turns) if _is_english(trial) else None,
        thinking=sum(bool(output.reply.thoughts) for output in outputs),
        limit=trial.limit,
        longest=max(map(_length, outputs), default=0),
        tokens=sum(output.reply.completion_tokens or 0 for output in outputs),
        seconds=trial.seconds,
        leaks=tuple(mark for mark, _ in leaks.most_common()),
        example=_first(turn.spoken.text for turn in turns if turn.is_usable),
        failure=_first(turn.raw for turn in turns if not turn.is_usable),
        marks=trial.candidate.fit.marks,
        language=trial.candidate.prompts.language,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """The speaker's output in one turn of one case."""

    spoken: Spoken
    turn: int
    trial: Trial

    @property
    def is_usable(self) -> bool:
        """Return whether the method can use it; a second output may also end the dialogue."""
        if self.leak or self.is_flip or self.is_early:
            return False
        return bool(self.spoken.text) or self.spoken.ending == "goal_reached"

    @property
    def is_early(self) -> bool:
        return self.turn == 0 and self.spoken.ending == "goal_reached"

    @property
    def leak(self) -> str:
        return find_leak(self.spoken.text, self.trial.candidate.fit.marks)

    @property
    def is_flip(self) -> bool:
        is_inquirer = self.trial.candidate.prompts.speaker == "inquirer"
        return is_inquirer and _is_english(self.trial) and helps(self.spoken.text)

    @property
    def raw(self) -> str:
        return "".join(output.reply.raw for output in self.spoken.outputs)


def _way(trial: Trial) -> str:
    prompts = trial.candidate.prompts
    return prompts.reading.way if isinstance(prompts, PromptSet) else "whole"


def _is_english(trial: Trial) -> bool:
    return trial.candidate.prompts.base_language == ENGLISH


def _length(output: Output) -> int:
    return 0 if output.reply.stop_reason == "length" else output.reply.completion_tokens or 0


def _first(texts: Iterable[str]) -> str:
    return next(iter(texts), "")[:_EXAMPLE]

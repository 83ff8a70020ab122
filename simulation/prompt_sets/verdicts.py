"""What the method makes of an output, and why, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from dialogue.outputs import Output, OutputStatus
from dialogue.prompts import AnyPrompts, PromptSet
from dialogue.reading import Reading
from dialogue.speakers import Speaker
from simulation.prompt_sets.words import STOPS

_STATUS: dict[OutputStatus, str] = {
    "said": "accepted",
    "stop": "ends the dialogue",
    "no_prompt": "no prompt",
    "empty": "empty",
    "incoherent": "repeats itself",
}
_FOUND = {
    "quoted": "The first text in straight double quotes is the utterance.",
    "whole": "The whole output is the utterance.",
    "marked": "The text between “{begin}” and “{end}” is the utterance.",
    "json": "The field “message” is the utterance.",
}
_MISSED = {
    "quoted": "It contains no text in straight double quotes.",
    "whole": "It contains no text.",
    "marked": "It contains no text between “{begin}” and “{end}”.",
    "json": "It contains no JSON object with a text in the field “message”.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An output beside what the method made of it."""

    output: Output
    words: str
    reasons: list[str]

    @property
    def is_good(self) -> bool:
        return self.output.checked.status in ("said", "stop")


def judge(output: Output, prompts: AnyPrompts, speaker: Speaker) -> Verdict:
    """Return the verdict on an output of ``speaker``, who was instructed by ``prompts``."""
    reasons = [*_about_text(output), *_about_status(output, prompts, speaker)]
    if output.checked.status not in ("said", "stop") and speaker.tries:
        reasons.append(f"In a run the model has {speaker.tries} more attempt{'' if speaker.tries == 1 else 's'}.")
    return Verdict(output, _STATUS[output.checked.status], reasons)


def _about_text(output: Output) -> Iterator[str]:
    reply = output.reply
    if reply.thoughts:
        yield "Its thoughts are left out."
    if output.checked.is_self_reply:
        yield "The model began to answer itself, so the text is cut there."
    if reply.stop_reason == "length":
        yield f"It reached the limit of {reply.completion_tokens or 'its'} tokens and is incomplete."
    if output.left_out:
        yield "The first turn did not fit the model’s context and was left out."


def _about_status(output: Output, prompts: AnyPrompts, speaker: Speaker) -> Iterator[str]:
    checked, checks = output.checked, speaker.checks
    match checked.status:
        case "empty":
            yield "It contains no text to use."
        case "incoherent":
            yield f"It repeats a phrase of 2 to {checks.max_n} words again and again."
        case "stop" if isinstance(prompts, PromptSet):
            yield from _about_stop(output, prompts)
        case "no_prompt":
            yield _worded(_MISSED, checks.reading)
        case "said" if isinstance(prompts, PromptSet):
            yield _worded(_FOUND, checks.reading)
            if checked.prompts_found > 1:
                yield f"It offers {checked.prompts_found} utterances; only the first counts."
        case _:
            yield "The whole output is the response."


def _about_stop(output: Output, prompts: PromptSet) -> Iterator[str]:
    rule = (
        STOPS[prompts.stop.rule]
        .replace("the stop token", f"“{prompts.stop.token}”")
        .removesuffix(" (the paper’s rule)")
    )
    yield f"{rule[:1].upper()}{rule[1:]}."
    if output.checked.has_rest:
        sent = "is sent as the last utterance" if output.checked.text else "is not sent"
        yield f"The text beside it {sent}."


def _worded(sentences: dict[str, str], reading: Reading) -> str:
    return sentences[reading.way].format(begin=reading.begin, end=reading.end)

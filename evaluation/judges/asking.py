"""Asking a model about a pair until its answer can be used."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from dialogue.backends.base import ChatModel, ContentRefused, ContextFull, Reply, Sampling
from dialogue.messages import Message
from evaluation.answers import Answer, Unanswerable
from evaluation.judges import prompts
from evaluation.judges.replies import read_reply
from evaluation.reading import Reading


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that the model put out, raw, and its answer, or why none of it is one."""

    outputs: tuple[str, ...] = ()
    answer: Answer | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A pair before a model; ``seed`` gives the sampler's seed of a try."""

    instruction: str
    reading: Reading
    sampling: Sampling
    seed: Callable[[int], int]
    tries: int
    conversation: str = ""


async def ask(model: ChatModel, question: Question) -> Outcome:
    """The model's answer about the pair. That it has none is a result; other BackendErrors are raised."""
    messages, outputs, problem = [prompts.opening(question.instruction, question.reading)], list[str](), ""
    for attempt in range(question.tries):
        try:
            reply = await _reply(model, messages, question, attempt)
        except ContextFull:
            return Outcome(tuple(outputs), None, f"{problem} Asking left no room in the model's context.".strip())
        except ContentRefused as error:
            return Outcome(tuple(outputs), None, f"{problem} {error}".strip())
        outputs.append(reply.raw)
        try:
            return Outcome(tuple(outputs), read_reply(reply.text, question.reading))
        except Unanswerable as error:
            problem = _why_cut(reply, question.sampling) or str(error)
            messages += [Message("assistant", reply.text.strip() or "(nothing)"), prompts.again(str(error))]
    return Outcome(tuple(outputs), None, problem)


def judge_seed(evaluation_seed: int, pair: str, is_natural_first: bool, attempt: int) -> int:
    """The sampler's seed (32 bits) for one output: a hash of what the output is for."""
    key = "\x1f".join([str(evaluation_seed), pair, str(int(is_natural_first)), str(attempt)])
    return int.from_bytes(sha256(key.encode()).digest()[:4])


async def _reply(model: ChatModel, messages: list[Message], question: Question, attempt: int) -> Reply:
    sampling = question.sampling.seeded(question.seed(attempt))
    return await model.reply(messages, sampling, conversation=question.conversation)


def _why_cut(reply: Reply, sampling: Sampling) -> str:
    """Return why there is no answer, if the model was still thinking at its limit."""
    if reply.stop_reason != "length" or not reply.thoughts or reply.text.strip():
        return ""
    return f"It was still thinking when its output was cut at {sampling.max_tokens} tokens."

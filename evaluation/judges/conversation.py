"""The conversation with a model about a pair, until its answer is valid."""

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
    """The model's raw outputs, and its answer or the ``problem`` of its last output."""

    outputs: tuple[str, ...] = ()
    answer: Answer | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A pair to ask a model about; ``seed`` maps the number of the attempt to the sampler's seed."""

    instruction: str
    reading: Reading
    sampling: Sampling
    seed: Callable[[int], int]
    tries: int
    conversation: str = ""


async def ask(model: ChatModel, question: Question) -> Outcome:
    """Ask the model about the pair and return its answer. No valid answer is a result, too; raises other BackendErrors."""
    messages, outputs, problem = [prompts.opening(question.instruction, question.reading)], list[str](), ""
    for attempt in range(question.tries):
        try:
            reply = await _reply(model, messages, question, attempt)
        except ContextFull:
            return Outcome(tuple(outputs), None, f"{problem} Nothing more fits into the model's context.".strip())
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
    """Return the sampler's seed (32 bits) for one output, a hash of all that identifies it."""
    key = "\x1f".join([str(evaluation_seed), pair, str(int(is_natural_first)), str(attempt)])
    return int.from_bytes(sha256(key.encode()).digest()[:4])


async def _reply(model: ChatModel, messages: list[Message], question: Question, attempt: int) -> Reply:
    sampling = question.sampling.seeded(question.seed(attempt))
    return await model.reply(messages, sampling, conversation=question.conversation)


def _why_cut(reply: Reply, sampling: Sampling) -> str:
    """Return a sentence if the model was still thinking at the limit of tokens; otherwise an empty string."""
    if reply.stop_reason != "length" or not reply.thoughts or reply.text.strip():
        return ""
    return f"The model was still thinking when its output was cut at {sampling.max_tokens} tokens."

"""Build speakers from a model and a prompt set."""

from collections.abc import Callable
from dataclasses import replace

from dialogue.backends.base import ChatModel, Sampling
from dialogue.backends.fitting import Fit
from dialogue.model_config import CoherenceTable
from dialogue.outputs import Checks
from dialogue.prompts import AnyPrompts, PromptSet
from dialogue.speakers import Speaker


def make_speaker(
    model: ChatModel,
    prompts: AnyPrompts,
    fit: Fit,
    *,
    sampling: Sampling,
    coherence: CoherenceTable,
    seed: Callable[[int, int], int],
    tries: int = 0,
    conversation: str = "",
) -> Speaker:
    """Return the speaker that ``prompts`` instruct, with the checks and the sampling that their reading needs."""
    checks = Checks(coherence.max_n, coherence.repeats, fit.marks)
    if isinstance(prompts, PromptSet):
        sampling = replace(sampling, schema=prompts.schema_text, end_token=prompts.end_token, role=prompts.speaks_as)
        checks = replace(checks, reading=prompts.reading, stop=prompts.stop)
    return Speaker(
        name=prompts.speaker,
        model=model,
        sampling=sampling,
        checks=checks,
        seed=seed,
        tries=tries,
        opening=() if isinstance(prompts, PromptSet) else prompts.open(),
        system_way=fit.system,
        conversation=conversation,
    )

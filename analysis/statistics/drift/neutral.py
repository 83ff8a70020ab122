"""Neutral text: questions and answers about everyday goals that no character speaks.

The English ones are those of the synthetic study, about the paper's ten goals; the Chinese ones are ours, about the same.
"""

from functools import cache
from importlib.resources import files
from random import Random

from evaluation.rehearsal.topics import expand, load_topics
from rolellm.languages import Language

_SEED = 73


@cache
def neutral_texts(language: Language) -> tuple[str, ...]:
    """Return different neutral texts in the language, always the same."""
    if language == "zh":
        text = files("analysis.statistics.drift").joinpath("data/neutral_zh.txt").read_text("utf-8")
        return tuple(text.split("\n")[:-1])
    draw = Random(_SEED)
    found = (
        expand(said, values, draw)
        for topic in load_topics().values()
        for values in topic.values
        for step in topic.steps
        for said in (step.human, step.model, step.answer)
    )
    return tuple(dict.fromkeys(found))

"""Comparison of simulated dialogues with natural ones, which serve as the reference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from analysis.statistics.detection_table import Moments
from analysis.statistics.wording import is_greeting, is_thanking, similarity
from dialogue.lexical import TOKENISATION, measure
from studies.files.printed_tables import DASH, Cell, Table, mean_sd

NATURAL = "natural"


@dataclass(frozen=True, slots=True)
class SaidDialogue:
    """An inquirer's utterances about a goal, and the lengths of prompts and responses in the responder's tokens, if known."""

    goal: str
    utterances: tuple[str, ...]
    prompt_tokens: tuple[int, ...]
    response_tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Manner:
    """Characteristics of a group of dialogues. Rates are shares of dialogues; diversity and similarity are means over
    dialogues."""

    dialogues: int
    turns: Moments
    tokens_per_prompt: Moments
    tokens_per_response: Moments
    ttr: Moments
    distinct_2: Moments
    opening_similarity: Moments
    greeting_rate: float | None
    thanks_rate: float | None


def manner_of(dialogues: Sequence[SaidDialogue]) -> Manner:
    """Return the characteristics of a group of dialogues, ignoring those without a turn."""
    said = [dialogue for dialogue in dialogues if dialogue.utterances]
    diversity = [measure(dialogue.utterances) for dialogue in said]
    return Manner(
        dialogues=len(said),
        turns=_moments(len(dialogue.utterances) for dialogue in said),
        tokens_per_prompt=_moments(count for dialogue in said for count in dialogue.prompt_tokens),
        tokens_per_response=_moments(count for dialogue in said for count in dialogue.response_tokens),
        ttr=_moments(one.ttr for one in diversity if one.ttr is not None),
        distinct_2=_moments(one.distinct_2 for one in diversity if one.distinct_2 is not None),
        opening_similarity=_moments(similarity(dialogue.utterances[0], dialogue.goal) for dialogue in said),
        greeting_rate=_rate(is_greeting(dialogue.utterances[0]) for dialogue in said),
        thanks_rate=_rate(any(map(is_thanking, dialogue.utterances)) for dialogue in said),
    )


def comparison_table(manners: Mapping[str, Manner]) -> Table:
    """Return a table with a column for each group, the natural dialogues first."""
    yardstick = (
        "The natural dialogues are the reference." if NATURAL in manners else "There are no natural dialogues yet."
    )
    columns = list(manners.values())
    rows: list[tuple[Cell, ...]] = [
        ("dialogues", *(one.dialogues for one in columns)),
        ("turns", *(mean_sd(*one.turns) for one in columns)),
        ("tokens per prompt", *(mean_sd(*one.tokens_per_prompt) for one in columns)),
        ("tokens per response", *(mean_sd(*one.tokens_per_response) for one in columns)),
        ("type-token ratio", *(mean_sd(*one.ttr) for one in columns)),
        ("distinct-2", *(mean_sd(*one.distinct_2) for one in columns)),
        ("similarity of the opening to the goal", *(mean_sd(*one.opening_similarity) for one in columns)),
        ("dialogues that begin with a greeting", *(_percent(one.greeting_rate) for one in columns)),
        ("dialogues with thanks", *(_percent(one.thanks_rate) for one in columns)),
    ]
    return Table(
        "comparison",
        "Natural and simulated dialogues",
        f"{yardstick} Means over dialogues (tokens: over turns) with population standard "
        "deviations (ddof 0) in parentheses. Similarity is the cosine similarity of word counts; "
        f"words are {TOKENISATION}. Greetings and thanks are recognised by English words.",
        ("measure", *manners),
        tuple(rows),
    )


def _moments(values: Iterable[float]) -> Moments:
    known = list(values)
    return (fmean(known), pstdev(known)) if known else (None, None)


def _rate(hits: Iterable[bool]) -> float | None:
    known = list(hits)
    return sum(known) / len(known) if known else None


def _percent(rate: float | None) -> str:
    return DASH if rate is None else f"{100 * rate:.1f}%"

"""The choice of general instructions (section 3.1, appendix C (3)): short ones that do not repeat each other, at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from rolellm.duplicates import THRESHOLD, Duplicate, sift
from rolellm.languages import Language, length
from rolellm.rolebench.instructions import Instruction

MOST_WORDS = 100
SEED = 73
WhyLeftOut = Literal["long", "duplicate", "not_drawn"]


@dataclass(frozen=True, slots=True)
class Choice:
    """How many instructions to choose at most, the most words (Chinese characters) of one with its longest answer, the
    similarity from which one repeats another, and the seed of the order in which they are looked at."""

    most: int
    most_words: int = MOST_WORDS
    threshold: float = THRESHOLD
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The number of an instruction, counted from 0, that was not chosen, with a sentence that says why."""

    number: int
    reason: WhyLeftOut
    explanation: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The numbers of the instructions that were chosen, and the others with their reasons; both in order."""

    kept: tuple[int, ...]
    left_out: tuple[LeftOut, ...]


def choose(instructions: Sequence[Instruction], language: Language, choice: Choice) -> Chosen:
    """Draw instructions at random, leaving out long ones and those that resemble one drawn before, until there are enough."""
    words = [_words(each, language) for each in instructions]
    drawn = [number for number, count in enumerate(words) if count <= choice.most_words]
    Random(choice.seed).shuffle(drawn)
    sifted = sift([instructions[number].question for number in drawn], language, choice.threshold, choice.most)
    kept = {drawn[place] for place in sifted.kept}
    duplicates = [_as_duplicate(instructions, drawn, each) for each in sifted.duplicates]
    seen = kept.union(each.number for each in duplicates)
    unit = "words" if language == "en" else "characters"
    long = [
        LeftOut(number, "long", f"It has {count:,} {unit} with its answer, more than {choice.most_words:,}.")
        for number, count in enumerate(words)
        if count > choice.most_words
    ]
    rest = [LeftOut(number, "not_drawn", "Enough others were drawn.") for number in drawn if number not in seen]
    left_out = sorted([*long, *duplicates, *rest], key=lambda each: each.number)
    return Chosen(tuple(sorted(kept)), tuple(left_out))


def _words(instruction: Instruction, language: Language) -> int:
    answers = (length(answer, language) for answer in instruction.answers)
    return length(instruction.question, language) + max(answers, default=0)


def _as_duplicate(instructions: Sequence[Instruction], drawn: Sequence[int], found: Duplicate) -> LeftOut:
    original = instructions[drawn[found.original]].question.strip()
    return LeftOut(drawn[found.number], "duplicate", f"Similarity {found.similarity:.2f} to “{original}”")

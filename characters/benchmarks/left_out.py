"""General instructions that were not chosen for a benchmark: stored with their reason, and counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.row_storing import batches
from characters.models import Benchmark, LeftOutInstruction
from rolellm.duplicates import THRESHOLD
from rolellm.general_instructions import MOST_WORDS, SEED, Choice, Chosen, WhyLeftOut
from rolellm.rolebench.instructions import Instruction
from studies.storable_text import storable

REASONS: dict[WhyLeftOut, str] = {
    "long": "left out as too long",
    "duplicate": "left out as a repetition of another one",
    "not_drawn": "not drawn",
}
"""What became of an instruction, by its reason."""


def checked_choice(most: int, most_words: int = MOST_WORDS, threshold: float = THRESHOLD, seed: int = SEED) -> Choice:
    """Return the choice. Raises BenchmarkRefused if it could choose nothing."""
    if most < 1 or most_words < 1:
        raise BenchmarkRefused("Choose at least one instruction, of at least one word.")
    if not 0 < threshold <= 1:
        raise BenchmarkRefused(f"Enter the similarity as a number above 0 and up to 1, for example {THRESHOLD}.")
    return Choice(most, most_words, threshold, seed)


def store_left_out(benchmark: Benchmark, instructions: Sequence[Instruction], choice: Choice, chosen: Chosen) -> None:
    """Store what was left out, and note in the entry of the benchmark's only file how it was chosen and how many went why."""
    made = (
        LeftOutInstruction(
            benchmark=benchmark,
            position=each.number,
            question=storable(instructions[each.number].question),
            answers=[storable(answer) for answer in instructions[each.number].answers],
            reason=each.reason,
            explanation=storable(each.explanation),
        )
        for each in chosen.left_out
    )
    for batch in batches(made):
        LeftOutInstruction.objects.bulk_create(batch)
    counts = Counter(each.reason for each in chosen.left_out)
    benchmark.files[0] |= {"choice": asdict(choice), "left_out": {why: counts[why] for why in REASONS if counts[why]}}
    benchmark.save(update_fields=["files"])

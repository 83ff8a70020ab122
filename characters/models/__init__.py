"""Characters, what models wrote about them and as them, benchmarks, and tuned adapters."""

from characters.models.asking import AskingItem, AskingJob
from characters.models.benchmarks import Answer, AnswerSet, Benchmark, BenchmarkRow, LeftOutInstruction
from characters.models.characters import Character, ProfileTurn
from characters.models.context_instruct import ContextInstruct, InstructCall, Triplet
from characters.models.descriptions import Description, DescriptionStep
from characters.models.judging import Judging, Ranking
from characters.models.tuning import Adapter, LossPoint, Tuning
from characters.models.turn_scores import TurnJudging, TurnScore

__all__ = [
    "Adapter",
    "Answer",
    "AnswerSet",
    "AskingItem",
    "AskingJob",
    "Benchmark",
    "BenchmarkRow",
    "Character",
    "ContextInstruct",
    "Description",
    "DescriptionStep",
    "InstructCall",
    "Judging",
    "LeftOutInstruction",
    "LossPoint",
    "ProfileTurn",
    "Ranking",
    "Triplet",
    "Tuning",
    "TurnJudging",
    "TurnScore",
]

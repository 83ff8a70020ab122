"""Programmes: the runs that one command requests, one for each inquirer, responder and set of persona features."""

from collections.abc import Sequence
from itertools import product
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulation.requests import MOST_AT_ONCE, MOST_DIGITS, MOST_MONEY, MOST_SEED, MOST_TURNS, RunRequest

Name = Annotated[str, Field(min_length=1)]
Number = Annotated[int, Field(ge=0, lt=10**MOST_DIGITS)]
Count = Annotated[int, Field(ge=1, lt=10**MOST_DIGITS)]
Kind = Literal["all", "listed", "participants", "characters"]
Seed = Annotated[int, Field(ge=0, le=MOST_SEED)]


class Programme(BaseModel):
    """The keys of a programme file. ``description`` and ``examples`` say what a key may hold, for errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    study: Name = Field(description="the short name of a study", examples=["demo"])
    inquirers: list[Name] = Field(min_length=1, description="a list of models", examples=[["mixtral", "gpt-4"]])
    responders: list[Name] = Field([], min_length=1, description="a model or a list of models", examples=[["llama-2"]])
    conditions: list[Name] = Field(
        [], min_length=1, description="a condition of the study or a list of conditions", examples=[["usual"]]
    )
    goals: Literal["all"] | Annotated[list[Number], Field(min_length=1)] = Field(
        "all", description='"all" or a list of numbers', examples=[[1, 4]]
    )
    personas: (
        Literal["all", "listed", "participants", "characters"] | Count | Annotated[list[Name], Field(min_length=1)]
    ) = Field(
        "all",
        description='"all", "listed", "participants", "characters", a number from 1 or a list of codes',
        examples=[20],
    )
    features: Name | Annotated[list[Name], Field(min_length=1)] = Field(
        "all", description='"all", "none", one feature, "ablation" or a list of these', examples=["age"]
    )
    seeds: list[Seed] = Field(
        [73], min_length=1, description="a list of whole numbers from 0", examples=[[73, 321, 8479]]
    )
    max_turns: int = Field(12, ge=1, le=MOST_TURNS, description=f"a whole number from 1 to {MOST_TURNS}", examples=[12])
    inquirer_prompts: str = Field("", description="the name of a prompt set", examples=["plain"])
    responder_prompts: str = Field("", description="the name of a prompt set", examples=["llama-2-responder"])
    elicitation: Literal["", "zero-shot", "few-shot", "dialogue"] = Field(
        "", description='"zero-shot", "few-shot" or "dialogue"', examples=["dialogue"]
    )
    responder_character: str = Field("", description="the name of a character of the study", examples=["Coriolanus"])
    responder_sampling: dict[str, float] = Field(
        default_factory=dict, description="a table of sampling settings", examples=[{"temperature": 0.2}]
    )
    concurrency: int | None = Field(
        None,
        ge=1,
        le=MOST_AT_ONCE,
        description=f"a whole number from 1 to {MOST_AT_ONCE}, the dialogues of a run at once",
        examples=[16],
    )

    budget: float | None = Field(
        None,
        gt=0,
        le=MOST_MONEY,
        allow_inf_nan=False,
        description="a number above 0, the cost at which a run pauses",
        examples=[25],
    )

    def requests(self, sets_of_features: Sequence[str]) -> list[RunRequest]:
        """Return the requests of its runs, by inquirer: one for each of ``sets_of_features``, which are what ``features`` means
        in its study. Without responders, the chatbots of its conditions must still be added. Raises RequestError."""
        return [
            RunRequest(
                inquirer=inquirer,
                responder=responder,
                goals=None if self.goals == "all" else tuple(dict.fromkeys(self.goals)),
                personas=tuple(self.personas) if isinstance(self.personas, list) else str(self.personas),
                features=features,
                seeds=tuple(dict.fromkeys(self.seeds)),
                max_turns=self.max_turns,
                inquirer_prompts=self.inquirer_prompts,
                responder_prompts=self.responder_prompts,
                concurrency=self.concurrency,
                budget=self.budget,
                elicitation=self.elicitation,
                responder_character=self.responder_character,
                responder_sampling=tuple(sorted(self.responder_sampling.items())),
            )
            for inquirer, responder, features in product(
                dict.fromkeys(self.inquirers), dict.fromkeys(self.responders or [""]), sets_of_features
            )
        ]

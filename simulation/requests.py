"""Requests for runs, from a page or the command line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from dialogue.answers import is_given
from dialogue.model_config import SamplingTable
from rolellm.elicitation import ELICITATIONS
from studies.models import Study

PERSONAS = ("all", "listed", "participants", "characters")
MOST_TURNS = 100
MOST_SEED = 2**63 - 1
MOST_DIGITS = 18
MOST_AT_ONCE = 1000
MOST_MONEY = 1_000_000_000


class RequestError(ValueError):
    """The request cannot be met; the message is one sentence that says what to do. ``about`` names the setting that
    must change, if it is known, and ``model`` the model that it names."""

    def __init__(self, sentence: str, about: str = "", model: str = "") -> None:
        super().__init__(sentence)
        self.about = about
        self.model = model


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Models by name, goals by number (None: all), personas "all" (people), "listed", "participants", how many of them,
    "characters", or their codes, the features that the persona sentence may use ("all", "none" or one of them), seeds, the
    turn limit, prompt sets (empty: those that models.toml names), the most dialogues at once over all workers (None: unchanged,
    at first automatic), the cost at which the run pauses (None: unchanged, at first none), how characters are elicited (empty:
    by dialogue elicitation), the character that the responder plays (empty: none), and sampling settings of the responder that
    replace the model's own, by name."""

    inquirer: str
    responder: str
    goals: tuple[int, ...] | None = None
    personas: str | tuple[str, ...] = "all"
    features: str = "all"
    seeds: tuple[int, ...] = (73,)
    max_turns: int = 12
    inquirer_prompts: str = ""
    responder_prompts: str = ""
    concurrency: int | None = None
    budget: float | None = None
    elicitation: str = ""
    responder_character: str = ""
    responder_sampling: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        check_seeds(self.seeds)
        if not 1 <= self.max_turns <= MOST_TURNS:
            raise RequestError(f"The turn limit must be between 1 and {MOST_TURNS}.", "max_turns")
        check_concurrency(self.concurrency)
        if self.budget is not None:
            check_budget(self.budget)
        if self.elicitation not in ("", *ELICITATIONS):
            raise RequestError(
                f"Unknown elicitation {self.elicitation!r}. Choose from: {', '.join(ELICITATIONS)}.", "elicitation"
            )
        check_sampling(dict(self.responder_sampling))
        if isinstance(self.personas, str) and self.personas not in PERSONAS and not self._is_count(self.personas):
            raise RequestError(
                f"Unknown personas {self.personas!r}. Choose all, listed, participants, characters or a number from 1.",
                "personas",
            )

    @staticmethod
    def _is_count(text: str) -> bool:
        return is_number(text) and int(text) > 0


def check_seeds(seeds: Collection[int]) -> None:
    """Raise RequestError unless there is at least one seed and every database can store each."""
    if any(seed > MOST_SEED for seed in seeds):
        raise RequestError(f"A seed may be at most {MOST_SEED}. Enter a smaller one.", "seeds")
    if not seeds or min(seeds) < 0:
        raise RequestError("Enter at least one seed, as whole numbers from 0, for example 73,321,8479.", "seeds")


def check_sampling(sampling: Mapping[str, float]) -> None:
    """Raise RequestError unless these are known sampling settings with possible values."""
    try:
        SamplingTable(**sampling)
    except ValidationError as error:
        known = ", ".join(SamplingTable.model_fields)
        raise RequestError(
            f"The responder's sampling {dict(sampling)} is invalid. Enter numbers in the usual ranges for {known}.",
            "responder_sampling",
        ) from error


def refuse_test_copy(study: Study) -> None:
    """Raise RequestError if the study is another's test copy, because what is made there counts nowhere."""
    if study.test_of is not None:
        raise RequestError(
            f"Study {study.slug!r} holds only the test participants of {study.test_of.slug!r}, so nothing is simulated in it or"
            f" imported into it. Choose {study.test_of.slug!r}."
        )


def check_concurrency(concurrency: int | None) -> None:
    """Raise RequestError if a run cannot have this many dialogues at once; None is automatic."""
    if concurrency is not None and not 1 <= concurrency <= MOST_AT_ONCE:
        raise RequestError(f"The number of dialogues at once must be between 1 and {MOST_AT_ONCE}.", "concurrency")


def check_budget(budget: float, said: object = None) -> None:
    """Raise RequestError if this is not an amount of money; ``said`` is what was entered."""
    if not 0 < budget <= MOST_MONEY:
        entered = budget if said is None else said
        raise RequestError(f"Enter the budget as a number above 0, such as 25. You entered {entered!r}.", "budget")


def parse_concurrency(text: str) -> int | None:
    """Return the number of dialogues at once; None (automatic) for an empty text. Raises RequestError."""
    if text and not is_number(text):
        raise RequestError(
            f"Enter the number of dialogues at once as a whole number from 1 to {MOST_AT_ONCE}, or leave it empty for the "
            "automatic number."
        )
    return int(text) if text else None


def is_number(text: str) -> bool:
    """Return whether this is a whole number that every database can store."""
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def parse_numbers(text: str, what: str) -> tuple[int, ...]:
    """Return whole numbers separated by commas, without repeats. Raises RequestError naming ``what``."""
    parts = [part.strip() for part in text.split(",")]
    if any(len(part) > MOST_DIGITS and part.isascii() and part.isdigit() for part in parts):
        raise RequestError(f"Enter {what} of at most {MOST_DIGITS} digits. You entered {text[:100]!r}.")
    if not all(is_number(part) for part in parts):
        raise RequestError(f"Enter {what} as whole numbers separated by commas, for example 1,4. You entered {text!r}.")
    return tuple(dict.fromkeys(int(part) for part in parts))


def limit_features(features: dict[str, Any], allowed: str) -> dict[str, Any]:
    """Return the features that the persona sentence may use (section 3.2)."""
    if allowed == "all":
        return features
    return {key: value for key, value in features.items() if key == allowed and is_given(value)}

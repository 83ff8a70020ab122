"""What a model's tokens cost."""

from math import isfinite
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator

MILLION = 1_000_000
HIGHEST = 1_000_000
"""Highest price of a million tokens, to find typing errors."""


def _checked(price: Any) -> Any:
    is_number = isinstance(price, int | float) and not isinstance(price, bool)
    if not is_number or not isfinite(price) or not 0 <= price <= HIGHEST:
        raise ValueError(f"it must be a number from 0 to {HIGHEST}, the price of a million tokens, such as 2.50")
    return price


Amount = Annotated[float, BeforeValidator(_checked)]


class Price(BaseModel):
    """The price of a million tokens, separately for what the model reads and for what it writes, thoughts included.

    ``cached_input`` is that of tokens which the provider has read before and reports as such.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Amount
    output: Amount
    cached_input: Amount | None = None
    currency: str = "USD"

    @field_validator("currency", mode="before")
    @classmethod
    def _is_a_code(cls, code: Any) -> Any:
        if not (isinstance(code, str) and len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            raise ValueError("it must be a code of three capital letters, such as USD or EUR")
        return code

    def cost(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> float:
        """Return the cost of an output. ``cached_tokens`` are part of ``prompt_tokens``."""
        cached = min(cached_tokens, prompt_tokens)
        cached_price = self.input if self.cached_input is None else self.cached_input
        read = self.input * (prompt_tokens - cached) + cached_price * cached
        return (read + self.output * completion_tokens) / MILLION

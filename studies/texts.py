"""Default texts for participants."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def default_welcome() -> str:
    return str(_texts()["welcome"]).strip()


def default_consent() -> str:
    return str(_texts()["consent"]).strip()


def default_instruction() -> str:
    """Return the paper's instruction (appendix B)."""
    return str(_texts()["instruction"]).strip()


def default_outcome(kind: str) -> str:
    """Return the default text for participants with this outcome, a value of ``Outcome.Kind``."""
    return str(_texts()["outcomes"][kind])


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("studies.data").joinpath("texts.toml").read_text("utf-8"))

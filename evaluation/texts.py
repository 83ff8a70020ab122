"""What evaluators read: the paper's wording, and standard texts where an evaluation does not say it otherwise."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def default_instruction() -> str:
    """Figure 11."""
    return str(_texts()["instruction"]).strip()


def default_consent() -> str:
    return str(_texts()["consent"]).strip()


def default_outcome(kind: str) -> str:
    """Return what evaluators read who leave with this kind of outcome."""
    return str(_texts()["outcomes"][kind])


def questions() -> Mapping[str, str]:
    """The words of the judging page (figure 12)."""
    found: Mapping[str, str] = _texts()["questions"]
    return found


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("evaluation.data").joinpath("texts.toml").read_text("utf-8"))

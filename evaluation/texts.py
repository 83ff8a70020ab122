"""Texts for evaluators: the paper's wording, and the defaults of an evaluation."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def default_instruction() -> str:
    """Return the instruction of figure 11."""
    return str(_texts()["instruction"]).strip()


def default_consent() -> str:
    """Return the default consent text."""
    return str(_texts()["consent"]).strip()


def default_outcome(kind: str) -> str:
    """Return the default text for evaluators who leave with this kind of outcome."""
    return str(_texts()["outcomes"][kind])


def questions() -> Mapping[str, str]:
    """Return the wording of the judging page (figure 12)."""
    found: Mapping[str, str] = _texts()["questions"]
    return found


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("evaluation.data").joinpath("texts.toml").read_text("utf-8"))

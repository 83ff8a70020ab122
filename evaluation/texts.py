"""Texts for evaluators: the paper's wording, the defaults of an evaluation, and their translations."""

from collections.abc import Mapping
from typing import Any

from studies.languages import ENGLISH
from studies.texts import read_texts


def default_instruction(language: str = ENGLISH) -> str:
    """Return the instruction of figure 11, or its translation."""
    return str(_texts(language)["instruction"]).strip()


def default_consent(language: str = ENGLISH) -> str:
    """Return the default consent text."""
    return str(_texts(language)["consent"]).strip()


def default_outcome(kind: str, language: str = ENGLISH) -> str:
    """Return the default text for evaluators who leave with this kind of outcome."""
    return str(_texts(language)["outcomes"][kind])


def questions(language: str = ENGLISH) -> Mapping[str, str]:
    """Return the wording of the judging page (figure 12), or its translation."""
    found: Mapping[str, str] = _texts(language)["questions"]
    return found


def _texts(language: str) -> Mapping[str, Any]:
    return read_texts("evaluation.data", language)

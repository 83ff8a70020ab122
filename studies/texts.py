"""Default texts for participants, in each language into which the pages are translated."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from studies.languages import ENGLISH, TRANSLATED


def default_welcome(language: str = ENGLISH) -> str:
    return str(read_texts("studies.data", language)["welcome"]).strip()


def default_consent(language: str = ENGLISH) -> str:
    return str(read_texts("studies.data", language)["consent"]).strip()


def default_instruction(language: str = ENGLISH) -> str:
    """Return the paper's instruction (appendix B), or its translation."""
    return str(read_texts("studies.data", language)["instruction"]).strip()


def default_outcome(kind: str, language: str = ENGLISH) -> str:
    """Return the default text for participants with this outcome, a value of ``Outcome.Kind``."""
    return str(read_texts("studies.data", language)["outcomes"][kind])


@cache
def read_texts(folder: str, language: str) -> Mapping[str, Any]:
    """Return the default texts in this package of data, English ones for a language without a translation."""
    name = "texts.toml" if language == ENGLISH or language not in TRANSLATED else f"texts.{language}.toml"
    return tomllib.loads(files(folder).joinpath(name).read_text("utf-8"))

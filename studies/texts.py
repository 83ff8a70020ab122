"""Default texts for participants, in each language into which the pages are translated."""

import tomllib
from collections.abc import Callable, Mapping
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


DEFAULTS: Mapping[str, Callable[[str], str]] = {
    "welcome": default_welcome,
    "consent": default_consent,
    "instruction": default_instruction,
}
"""The default of each text of a study, by its language."""


def default_outcome(kind: str, language: str = ENGLISH) -> str:
    """Return the default text for participants with this outcome, a value of ``Outcome.Kind``."""
    return str(read_texts("studies.data", language)["outcomes"][kind])


def follow_language(text: str, default: Callable[[str], str], language: str) -> str:
    """Return the default text in this language if ``text`` is the default in any, otherwise ``text`` itself."""
    is_default = text.strip() in {default(one) for one in TRANSLATED}
    return default(language) if is_default else text


def read_texts(folder: str, language: str) -> Mapping[str, Any]:
    """Return the default texts in this package of data, English ones for a language without a translation."""
    return read_translated(folder, "texts", language)


@cache
def read_translated(folder: str, name: str, language: str) -> Mapping[str, Any]:
    """Return the content of the TOML file in that language, or of the English one."""
    suffix = "" if language == ENGLISH or language not in TRANSLATED else f".{language}"
    return tomllib.loads(files(folder).joinpath(f"{name}{suffix}.toml").read_text("utf-8"))

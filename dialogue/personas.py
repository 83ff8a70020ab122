"""The persona sentence and the questionnaire behind it (paper, sections 2 and 3.1, figure 9)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dialogue.answers import Answers
from dialogue.persona_template import parse_template

FEATURES = ("age", "race", "gender", "education", "native_english")
_NOUNS = {"native_english": "native language"}


@dataclass(frozen=True, slots=True)
class Feature:
    """One question of the persona form, with its options in the order shown."""

    key: str
    label: str
    options: tuple[str, ...]
    screened_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedPersona:
    """A persona that belongs to a study instead of a participant."""

    code: str
    features: Mapping[str, str]


def name_feature(key: str) -> str:
    """Return the noun for a feature, the same on all pages, in place of its question; "all" and "none" remain as they are."""
    return _NOUNS.get(key, key.replace("_", " "))


def describe(features: Answers) -> str:
    """Return the paper's persona sentence in the second person, for any subset of the five features.

    The clause of a missing or withheld feature ("Prefer not to say") is left out. Raises ValueError for an unknown feature.
    """
    unknown = sorted(set(features) - set(FEATURES))
    if unknown:
        raise ValueError(f"Unknown persona feature {unknown[0]!r}. The sentence uses {', '.join(FEATURES)}.")
    return parse_template(load_template()).render(features)


@cache
def load_template() -> str:
    """Return the template of the paper's persona sentence."""
    return str(_read("questionnaire.toml")["template"])


@cache
def load_questionnaire() -> tuple[Feature, ...]:
    """Return the paper's persona form, in the order of figure 9."""
    return tuple(
        Feature(entry["key"], entry["label"], tuple(entry["options"]), tuple(entry.get("screened_out", ())))
        for entry in _read("questionnaire.toml")["features"]
    )


@cache
def load_listed() -> tuple[ListedPersona, ...]:
    """Return the twenty personas of the paper's study."""
    personas = _read("personas.toml")["personas"]
    return tuple(ListedPersona(persona.pop("code"), MappingProxyType(persona)) for persona in personas)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("dialogue.data").joinpath(name).read_text("utf-8"))

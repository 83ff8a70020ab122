"""A run's configuration as flat settings in words, to show in which of them runs differ."""

from collections.abc import Iterator, Mapping
from typing import Any

from dialogue.personas import name_feature

_ELSEWHERE = ("prompt_sets", "label", "imported")
"""Parts of a configuration that decide nothing, or that another part names, such as a prompt set's text by its version."""


def flatten(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each setting, such as ("inquirer prompts", "plain")."""
    for key, value in settings.items():
        name = f"{before} {key}".strip().replace("_", " ")
        if key in _ELSEWHERE:
            continue
        if isinstance(value, Mapping):
            yield from flatten(value, name)
        else:
            yield name, name_feature(str(value)) if name == "features" else _in_words(value)


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None or value == "" else str(value)

"""Adding a model to a models file, in which everything else stays as it is."""

import json
from collections.abc import Mapping
from pathlib import Path

from dialogue.models_file import InvalidModelsFile, parse_models, read_models

Value = str | int | float | bool | Mapping[str, int | float]


class EntryRefused(ValueError):
    """A model that was not added; the message is one sentence that says why."""


def check_new_name(path: Path, name: str) -> None:
    """Raise EntryRefused if the file at ``path`` has an entry called ``name``, or cannot be read."""
    try:
        file = read_models(path)
    except InvalidModelsFile as error:
        raise EntryRefused(str(error)) from error
    if name in {*file.models, *file.mistakes}:
        raise EntryRefused(f"There is already a model {name!r} in {path}. Choose another name.")


def add_entry(path: Path, name: str, settings: Mapping[str, Value], comment: str = "") -> None:
    """Append the table of a model to the file, and change nothing above it.

    Raises EntryRefused if there is a model of that name, or if the entry would not be correct.
    """
    check_new_name(path, name)
    before = path.read_text("utf-8-sig")
    entry = _entry(name, settings, comment)
    gap = "\n" if before.endswith("\n") else "\n\n"
    after = parse_models(before + gap + entry, path)
    if name not in after.models:
        known = parse_models(before, path).mistakes
        raise EntryRefused(next(sentence for key, sentence in after.mistakes.items() if key not in known))
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(gap + entry)
    except OSError as error:
        raise EntryRefused(
            f"{path} cannot be written ({error.strerror}). Append these lines to it: {' / '.join(entry.splitlines())}"
        ) from error


def _entry(name: str, settings: Mapping[str, Value], comment: str) -> str:
    lines = [f"# {line}" for line in comment.splitlines()]
    lines += [f"[models.{_text(name)}]", *(f"{key} = {_toml(value)}" for key, value in settings.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_text(item)}" for key, item in value.items()) + " }"
    return _text(value)


def _text(value: str | float) -> str:
    """Return a text, a number or a truth value in TOML's notation, which for these is JSON's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

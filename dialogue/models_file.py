"""The models file: its models and its mistakes, entry by entry."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dialogue.model_config import CoherenceTable, GuardTable, ModelSpec, SamplingTable, SpeakerTable
from dialogue.names import plain_name
from dialogue.package_files import find_file
from dialogue.prices import Price
from dialogue.prompts import load_prompts
from dialogue.seeds import SPEAKERS
from dialogue.toml_lines import find_line, locate


class UnknownModel(LookupError):
    """The file has no model of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidModelsFile(ValueError):
    """``models.toml`` is missing or not TOML, or its entry for the model is invalid."""


@dataclass(frozen=True, slots=True)
class ModelsFile:
    """The content of a models file: the ``models`` that it describes correctly, and a sentence about each invalid entry."""

    models: Mapping[str, ModelSpec]
    mistakes: Mapping[str, str]


def read_models(path: Path) -> ModelsFile:
    """Read the file; paths in it are relative to it. Raises InvalidModelsFile if it cannot be read at all."""
    try:
        return parse_models(path.read_text("utf-8-sig"), path)
    except OSError as error:
        raise InvalidModelsFile(f"The models file {path} cannot be read. Check MODELS_FILE.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InvalidModelsFile(
            f"The models file {path} is not valid TOML: line {line} is not UTF-8. Save it as UTF-8."
        ) from error


@lru_cache(maxsize=4)
def parse_models(text: str, path: Path) -> ModelsFile:
    """Read the ``text`` of the file at ``path``: an invalid entry affects only its own model.

    Raises InvalidModelsFile if the text is not TOML.
    """
    models: dict[str, ModelSpec] = {}
    tables, mistakes = _tables(text, path)
    for name, table in tables.items():
        try:
            models[name] = _spec(name, table, path)
        except _Wrong as wrong:
            line = find_line(text, ("models", name, *wrong.where))
            meant = name if plain_name(name) in tables else plain_name(name)
            mistakes.setdefault(meant, f"Model {name!r} in {path}, line {line}: {wrong}.")
    for name, sentence in _other_currencies(models, text, path):
        mistakes.setdefault(name, sentence)
    return ModelsFile({name: spec for name, spec in models.items() if name not in mistakes}, mistakes)


def find_model(path: Path, name: str) -> ModelSpec:
    """Return the model ``name``. Raises UnknownModel, or InvalidModelsFile if its entry is invalid."""
    file = read_models(path)
    if name in file.mistakes:
        raise InvalidModelsFile(file.mistakes[name])
    if name not in file.models:
        raise UnknownModel(
            f"There is no model {name!r} in {path}. Choose from: {', '.join(sorted(file.models)) or 'none'}."
        )
    return file.models[name]


_TABLES = (ModelSpec, SpeakerTable, SamplingTable, CoherenceTable, Price, GuardTable)
_SHAPES = {"tuple_type": 'a list, such as ["..."]', "model_type": "a table of settings"}
_KEYS = sorted({name for table in _TABLES for name in table.model_fields})


class _Wrong(ValueError):
    """An entry has a mistake at ``where``, a path below its table."""

    def __init__(self, sentence: str, *where: str | int) -> None:
        super().__init__(sentence)
        self.where = where


def _tables(text: str, path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the entries, and the mistakes in tables other than [models], where a typing error would silently hide an entry."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidModelsFile(f"The models file {path} is not valid TOML: {locate(error, text)}.") from error
    tables = said.pop("models", {})
    if not isinstance(tables, dict):
        raise InvalidModelsFile(f"The models file {path} must describe each model in a table [models.NAME].")
    return tables, {name: sentence for key in said for name, sentence in _astray(said, key, text, path)}


def _astray(said: dict[str, Any], key: str, text: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield (entry, sentence) for a top-level key that is ignored: one table of entries, or one entry."""
    table = said[key] if isinstance(said[key], dict) else {}
    is_entry = not table or not all(isinstance(value, dict) for value in table.values())
    for steps in [[key]] if is_entry else [[key, name] for name in table]:
        line, name = find_line(text, steps), steps[-1]
        what, meant = (f"Model {name!r}", name) if table else (repr(key), "NAME")
        yield name, f"{what} in {path}, line {line}: [{'.'.join(steps)}] is ignored. Write [models.{meant}]."


def _spec(name: str, table: object, path: Path) -> ModelSpec:
    """Return the entry's description. Raises _Wrong."""
    if not isinstance(table, dict) or "name" in table:
        raise _Wrong(f"it must be a table [models.{name}] without the setting 'name'")
    try:
        spec = ModelSpec(name=name, **table)
    except ValidationError as error:
        # Report a mistyped key rather than the correct one that is then missing.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise _Wrong(_in_words(first, name), *first["loc"]) from error
    _check_names(spec)
    return spec.model_copy(update=_places(spec, path.parent))


def _places(spec: ModelSpec, folder: Path) -> dict[str, Path]:
    """Return where the files of the entry are; paths are relative to the ``folder`` of the models file."""
    places = {"adapter": folder / spec.adapter} if spec.adapter else {}
    if spec.file is not None:
        places["file"] = find_file(spec.package, spec.file) if spec.package else folder / spec.file
    return places


def _other_currencies(models: Mapping[str, ModelSpec], text: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield (entry, sentence) for each price in another currency than the first one."""
    priced = {name: spec.price.currency for name, spec in models.items() if spec.price}
    first = next(iter(priced), "")
    for name, currency in priced.items():
        if currency != priced[first]:
            yield (
                name,
                f"Model {name!r} in {path}, line {find_line(text, ('models', name, 'price'))}: its price is in {currency}, and "
                f"that of {first!r} in {priced[first]}. The costs of a run's models are added, so use one currency.",
            )


def _in_words(mistake: ErrorDetails, name: str) -> str:
    where = ".".join(str(part) for part in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        return f"there is no setting {where!r}" + _advice(mistake, name)
    if mistake["type"] == "missing":
        return f"{where!r} is missing"
    if mistake["type"] in _SHAPES:
        return f"{where} must be {_SHAPES[mistake['type']]}"
    return f"{where + ': ' if where else ''}{mistake['msg'].removeprefix('Value error, ')}"


def _advice(mistake: ErrorDetails, name: str) -> str:
    """Return a suggestion to replace a setting that does not exist, if there is one."""
    *above, last = map(str, mistake["loc"])
    meant = ["key_env"] if "key" in last else get_close_matches(last, _KEYS, 1)
    if meant:
        return f", perhaps you meant {meant[0]!r}"
    is_cut_name = not above and isinstance(mistake["input"], dict)
    return f': a name with a dot needs quotation marks, [models."{name}.{last}"]' if is_cut_name else ""


def _check_names(spec: ModelSpec) -> None:
    """Check that the template and the prompt sets in the entry exist. Raises _Wrong."""
    known = sorted(one.name.removesuffix(".jinja") for one in files("dialogue.data").joinpath("templates").iterdir())
    if spec.template not in ("own", *known):
        raise _Wrong(f"there is no chat template {spec.template!r}. Choose from: own, {', '.join(known)}", "template")
    for speaker in SPEAKERS:
        table = getattr(spec, speaker)
        try:
            load_prompts(table.prompts, speaker) if table else None
        except LookupError as error:
            raise _Wrong(str(error.args[0]).removesuffix("."), speaker, "prompts") from error

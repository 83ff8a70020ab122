"""Programme files: one TOML table for a whole experiment, changed by ``--set``, with errors that name the line or option."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from dialogue.toml_lines import find_line, locate
from simulation.programmes import Programme
from simulation.requests import RequestError

_ONE = {"inquirer": "inquirers", "responder": "responders", "condition": "conditions"}
"""Keys that name one model or condition, and those that may name several."""


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """A programme and where its values come from: ``spelt`` gives the file's spelling of each key, ``changes`` the ``--set``
    of each changed key, as typed."""

    path: Path
    text: str
    spelt: Mapping[str, str]
    changes: Mapping[str, str]
    values: Mapping[str, Any]

    def programme(self) -> Programme:
        """Return the programme. Raises RequestError, one sentence about the first mistake."""
        try:
            return self._with_responders(Programme(**self.values))
        except ValidationError as error:
            # Report a mistyped key rather than the correct one that is then missing.
            first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
            key, *rest = first["loc"]
            raise self.refusal(_in_words(str(key), first["type"], key in self.changes), str(key), *rest) from error

    def _with_responders(self, programme: Programme) -> Programme:
        """Return the programme if it says who responds: models, or conditions, which bring theirs."""
        if programme.conditions and programme.responders:
            raise self.refusal("conditions name the responders, so leave out responders", "conditions")
        if not programme.conditions and not programme.responders:
            raise self.refusal(_in_words("responders", "missing", is_change=False), "responders")
        return programme

    def explain(self, error: RequestError) -> RequestError:
        """Return the error with the place of the value that must change."""
        key = _ONE.get(error.about, error.about)
        value = self.values.get(key)
        place = (value.index(error.model),) if isinstance(value, list) and error.model in value else ()
        return self.refusal(str(error).removesuffix("."), key, *place)

    def refusal(self, sentence: str, key: str, *rest: str | int) -> RequestError:
        """Return an error about the value of ``key``."""
        if key in self.changes:
            return RequestError(f"--set {key}={self.changes[key]}: {sentence}.")
        if key not in self.values:
            return RequestError(f"{self.path}: {sentence}.")
        return RequestError(f"{self.path}, line {find_line(self.text, (self.spelt.get(key, key), *rest))}: {sentence}.")


def read_programme_file(path: Path, changes: Sequence[str] = ()) -> ProgrammeFile:
    """Read the file, changed by ``changes`` ("KEY=VALUE"). Raises RequestError, also if it is missing or not TOML."""
    text = _read(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{path} is not valid TOML: {locate(error, text)}.") from error
    said = dict(map(_split, changes))
    values = {_ONE.get(key, key): [value] if _is_single(key, value) else value for key, value in table.items()}
    file = ProgrammeFile(path, text, {many: one for one, many in _ONE.items() if one in table}, said, values)
    for one, many in _ONE.items():
        if one in table and many in table:
            raise file.refusal(f"write either {one} or {many}", many)
    return ProgrammeFile(path, text, file.spelt, said, values | {key: _read_change(key, said[key]) for key in said})


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise RequestError(f"The programme file {path} cannot be read ({error.strerror}). Correct --from.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RequestError(f"{path}, line {line}: the text is not UTF-8. Save the file as UTF-8.") from error


def _is_single(key: str, value: object) -> bool:
    return _ONE.get(key, key) in _ONE.values() and isinstance(value, str)


def _split(change: str) -> tuple[str, str]:
    """Return the key and the value of a change. Raises RequestError."""
    key, equals, value = change.partition("=")
    if not equals:
        raise RequestError(f"--set {change}: write KEY=VALUE, for example --set seeds=73,321.")
    key = _ONE.get(key.strip(), key.strip())
    if key not in Programme.model_fields:
        raise RequestError(f"--set {change}: {_unknown(key)}.")
    return key, value.strip()


def _read_change(key: str, text: str) -> Any:
    """Return the value that ``text`` stands for; a list is separated by commas. Raises RequestError."""
    field = Programme.model_fields[key]
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
    for said in (text, [part.strip() for part in text.split(",")]):
        try:
            return adapter.validate_python(said)
        except ValidationError:
            continue
    raise RequestError(f"--set {key}={text}: {_what_it_holds(key, field, is_change=True)}.")


def _in_words(key: str, kind: str, is_change: bool) -> str:
    field = Programme.model_fields.get(key)
    if field is None:
        return _unknown(key)
    if kind == "missing":
        return f"the key {key!r} is missing: add {field.description}, such as {key} = {_toml(field)}"
    return _what_it_holds(key, field, is_change=is_change)


def _unknown(key: str) -> str:
    meant = get_close_matches(key, Programme.model_fields, 1)
    advice = f", perhaps you meant {meant[0]!r}" if meant else ""
    return f"there is no key {key!r}{advice}. Choose from: {', '.join(Programme.model_fields)}"


def _what_it_holds(key: str, field: FieldInfo, *, is_change: bool) -> str:
    return (
        f"{key} must be {field.description}, such as {_typed(key, field) if is_change else f'{key} = {_toml(field)}'}"
    )


def _typed(key: str, field: FieldInfo) -> str:
    example = (field.examples or [""])[0]
    return f"{key}={','.join(map(str, example)) if isinstance(example, list) else example}"


def _toml(field: FieldInfo) -> str:
    """Return the example as TOML, whose strings, numbers and lists are those of JSON."""
    return json.dumps((field.examples or [""])[0])

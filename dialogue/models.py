"""The models a group works with, as ``models.toml`` describes them."""

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from dialogue import prompts
from dialogue.addresses import check_address
from dialogue.backends.base import Sampling
from dialogue.names import hidden_characters, plain_name
from dialogue.system_text import SystemWay
from dialogue.toml_lines import find_line, locate

SELF_REPLY_MARKERS = ("[INST", "### Human:")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


Setting = Literal[
    "seed",
    "temperature",
    "top_p",
    "top_k",
    "repeat_penalty",
    "repetition_penalty",
    "max_tokens",
    "max_completion_tokens",
    "stream_options",
]
"""What a provider may be told of the sampling, by its names."""


class UnknownModel(LookupError):
    """No model of that name is described."""

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidModelsFile(ValueError):
    """``models.toml`` is missing, is not TOML, or describes the model in question wrongly."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SamplingTable(_Table):
    """The sampling defaults of a model; the ranges make a ``top_p`` of 10 an error rather than a surprise."""

    temperature: float = Field(1.0, ge=0, le=5)
    top_p: float = Field(1.0, gt=0, le=1)
    top_k: int = Field(0, ge=0)
    repeat_penalty: float = Field(1.0, gt=0)


class CoherenceTable(_Table):
    """Parameters of algorithm 2."""

    max_n: int = Field(ge=2)
    repeats: int = Field(2, ge=2)


class SideTable(_Table):
    """How a model plays one side: its prompt set, how long it may speak, and when its output counts as failed."""

    prompts: str
    max_tokens: int = Field(1000, ge=1)
    coherence: CoherenceTable
    regenerate_tries: int = Field(0, ge=0)


class ModelSpec(_Table):
    """One model. ``template`` is "own" (the chat template that comes with the model) or one of the paper's.

    ``system`` is how the system's text reaches it, and ``marks`` are those at which a self-reply is cut; unset, what its
    template needs and writes.

    ``slots`` is how many histories a local engine keeps in memory; unset, as many as fit. ``requests`` caps what is under way
    at a provider, which is never sent the settings that ``leave_out`` names. ``label`` is shown wherever the model is. A
    scripted model says ``replies``, with ``pause`` seconds a word.
    """

    name: str
    backend: Literal["llama_cpp", "transformers", "openai", "scripted"]
    label: str = ""
    file: Path | None = None
    model: str = ""
    template: str = "own"
    system: SystemWay | None = None
    marks: tuple[Annotated[str, Field(min_length=1)], ...] | None = None
    context: int = Field(4096, ge=128)
    slots: int | None = Field(None, ge=1)
    threads: int | None = Field(None, ge=1)
    gpu_layers: int = 0
    device: str = "auto"
    dtype: str = "auto"
    base_url: str | None = None
    api: Literal["openai", "azure"] = "openai"
    api_version: str | None = None
    key_env: str | None = None
    requests: int = Field(8, ge=1)
    leave_out: tuple[Setting, ...] = ()
    replies: tuple[str, ...] = ()
    pause: float = Field(0.0, ge=0)
    sampling: SamplingTable = SamplingTable()
    inquirer: SideTable | None = None
    responder: SideTable | None = None

    @field_validator("name")
    @classmethod
    def _can_be_typed(cls, name: str) -> str:
        """Runs, files and judgements name the model: what reads like another name would make two models of one."""
        if name != plain_name(name):
            hidden = hidden_characters(name) or "white space at its ends, or twice in a row"
            raise ValueError(f"the name holds {hidden}: write [models.{plain_name(name) or 'NAME'}]")
        return name

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        """Every run stores and shows the address: it must hold no secret."""
        return None if url is None else check_address(url)

    @model_validator(mode="after")
    def _names_its_weights(self) -> "ModelSpec":
        needed = {"llama_cpp": "file", "transformers": "model", "openai": "model"}.get(self.backend)
        if needed and not getattr(self, needed):
            raise ValueError(f"the backend {self.backend!r} needs {needed!r}")
        if self.leave_out and not self.is_remote:
            raise ValueError(f"the backend {self.backend!r} leaves no setting out: remove `leave_out`")
        return self

    @property
    def is_remote(self) -> bool:
        """Whether what is said leaves this machine."""
        return self.backend == "openai"

    @property
    def engine(self) -> str:
        """What two descriptions must share to be served by one running model."""
        return self.model_dump_json(exclude={"name", "label", "system", "sampling", "inquirer", "responder"})

    def sampling_for(self, side: SideTable, today: date | None = None) -> Sampling:
        """The sampling defaults of this model when it plays ``side``."""
        return Sampling(**self.sampling.model_dump(), max_tokens=side.max_tokens, today=today)

    def fingerprint(self, digest: Callable[[Path], str] = sha256) -> str:
        """The SHA-256 of the model file, or of all files of a model folder, or what the provider or hub calls the model.

        ``digest`` hashes one file. Raises OSError when a file cannot be read.
        """
        if self.file is not None:
            return digest(self.file)
        folder = Path(self.model)
        if self.backend != "transformers" or not folder.is_dir():
            return self.model
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        listed = "".join(f"{path.relative_to(folder)} {digest(path)}\n" for path in files)
        return str(hashlib.sha256(listed.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class ModelsFile:
    """What a models file says: the ``models`` that it describes well, and a sentence with the line about each other entry."""

    models: Mapping[str, ModelSpec]
    mistakes: Mapping[str, str]


def read_models(path: Path) -> ModelsFile:
    """Return what the file describes; files are relative to it. Raises InvalidModelsFile when it cannot be read at all."""
    try:
        return parse_models(path.read_text("utf-8-sig"), path)
    except OSError as error:
        raise InvalidModelsFile(f"The models file {path} cannot be read: check MODELS_FILE.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InvalidModelsFile(f"The models file {path} is not valid TOML: line {line} is not UTF-8.") from error


@lru_cache(maxsize=4)
def parse_models(text: str, path: Path) -> ModelsFile:
    """Return what the ``text`` of the file at ``path`` describes: one wrong entry costs only its own model.

    Raises InvalidModelsFile when the text is not TOML.
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
    return ModelsFile({name: spec for name, spec in models.items() if name not in mistakes}, mistakes)


def find_model(path: Path, name: str) -> ModelSpec:
    """The model called ``name``. Raises UnknownModel, or InvalidModelsFile when its entry is wrong."""
    file = read_models(path)
    if name in file.mistakes:
        raise InvalidModelsFile(file.mistakes[name])
    if name not in file.models:
        raise UnknownModel(
            f"There is no model {name!r} in {path}: choose one of {', '.join(sorted(file.models)) or 'none'}."
        )
    return file.models[name]


_TABLES = (ModelSpec, SideTable, SamplingTable, CoherenceTable)
_KEYS = sorted({name for table in _TABLES for name in table.model_fields})


class _Wrong(ValueError):
    """An entry is wrong at ``where``, a path below its table."""

    def __init__(self, sentence: str, *where: str | int) -> None:
        super().__init__(sentence)
        self.where = where


def _tables(text: str, path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the entries, and what is wrong with tables beside [models]: a slip there would hide an entry in silence."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidModelsFile(f"The models file {path} is not valid TOML: {locate(error, text)}.") from error
    tables = said.pop("models", {})
    if not isinstance(tables, dict):
        raise InvalidModelsFile(f"The models file {path} must describe each model in a table [models.NAME].")
    return tables, {name: sentence for key in said for name, sentence in _astray(said, key, text, path)}


def _astray(said: dict[str, Any], key: str, text: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield (entry, sentence) for a top-level key that nobody reads."""
    for name in said[key] if isinstance(said[key], dict) else [""]:
        steps = [key, name] if name else [key]
        line, written = find_line(text, steps), ".".join(steps)
        what = f"Model {name!r}" if name else repr(key)
        yield name or key, f"{what} in {path}, line {line}: [{written}] is not read, write [models.{name or 'NAME'}]."


def _spec(name: str, table: object, path: Path) -> ModelSpec:
    """Raises _Wrong."""
    if not isinstance(table, dict) or "name" in table:
        raise _Wrong(f"it must be a table [models.{name}] that gives no other name")
    try:
        spec = ModelSpec(name=name, **table)
    except ValidationError as error:
        # A mistyped key is what is wrong, rather than the right one that it leaves out.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        raise _Wrong(_in_words(first), *first["loc"]) from error
    _check_names(spec)
    return spec.model_copy(update={"file": path.parent / spec.file}) if spec.file else spec


def _in_words(mistake: ErrorDetails) -> str:
    where = ".".join(str(part) for part in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        meant = get_close_matches(str(mistake["loc"][-1]), _KEYS, 1)
        return f"there is no setting {where!r}" + (f", perhaps {meant[0]!r} is meant" if meant else "")
    if mistake["type"] == "missing":
        return f"{where!r} is missing"
    return f"{where + ': ' if where else ''}{mistake['msg'].removeprefix('Value error, ')}"


def _check_names(spec: ModelSpec) -> None:
    """Look for the template and the prompt sets that the entry names. Raises _Wrong."""
    known = sorted(one.name.removesuffix(".jinja") for one in files("dialogue.data").joinpath("templates").iterdir())
    if spec.template not in ("own", *known):
        raise _Wrong(f"there is no chat template {spec.template!r}, choose own, {', '.join(known)}", "template")
    for side, load in (("inquirer", prompts.load), ("responder", prompts.load_system)):
        table = getattr(spec, side)
        try:
            load(table.prompts) if table else None
        except LookupError as error:
            raise _Wrong(str(error.args[0]).removesuffix("."), side, "prompts") from error

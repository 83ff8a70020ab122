"""The models a group works with, as ``models.toml`` describes them."""

import hashlib
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dialogue.backends.base import Sampling
from dialogue.names import hidden_characters, plain_name

SELF_REPLY_MARKERS = ("[INST", "### Human:")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class UnknownModel(LookupError):
    """No model of that name is described."""

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidModelsFile(ValueError):
    """``models.toml`` is missing, is not TOML, or describes a model wrongly."""


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

    ``slots`` is how many histories a local engine keeps in memory; unset, as many as fit. ``requests`` caps what is under way
    at a provider. ``label`` is shown wherever the model is. A scripted model says ``replies``, with ``pause`` seconds a word.
    """

    name: str
    backend: Literal["llama_cpp", "transformers", "openai", "scripted"]
    label: str = ""
    file: Path | None = None
    model: str = ""
    template: str = "own"
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

    @model_validator(mode="after")
    def _names_its_weights(self) -> "ModelSpec":
        needed = {"llama_cpp": "file", "transformers": "model", "openai": "model"}.get(self.backend)
        if needed and not getattr(self, needed):
            raise ValueError(f"the backend {self.backend!r} needs {needed!r}")
        return self

    @property
    def is_remote(self) -> bool:
        """Whether what is said leaves this machine."""
        return self.backend == "openai"

    @property
    def engine(self) -> str:
        """What two descriptions must share to be served by one running model."""
        return self.model_dump_json(exclude={"name", "label", "sampling", "inquirer", "responder"})

    @property
    def self_reply_markers(self) -> tuple[str, ...]:
        """The marks at which a self-reply is cut; an API model writes none."""
        return () if self.is_remote else SELF_REPLY_MARKERS

    def sampling_for(self, side: SideTable) -> Sampling:
        """The sampling defaults of this model when it plays ``side``."""
        return Sampling(**self.sampling.model_dump(), max_tokens=side.max_tokens)

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


def read_models(path: Path) -> dict[str, ModelSpec]:
    """The models that ``path`` describes, by name; files are relative to it. Raises InvalidModelsFile."""
    return {name: _spec(name, table, path) for name, table in _tables(path).items()}


def find_model(path: Path, name: str) -> ModelSpec:
    """The model called ``name``. Raises UnknownModel or InvalidModelsFile."""
    models = read_models(path)
    if name not in models:
        raise UnknownModel(
            f"There is no model {name!r} in {path}: choose one of {', '.join(sorted(models)) or 'none'}."
        )
    return models[name]


def _tables(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("models", {})
    except OSError as error:
        raise InvalidModelsFile(f"The models file {path} cannot be read: check MODELS_FILE.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidModelsFile(f"The models file {path} is not valid TOML: {error}.") from error
    if not isinstance(tables, dict):
        raise InvalidModelsFile(f"The models file {path} must describe each model in a table [models.NAME].")
    return tables


def _spec(name: str, table: object, path: Path) -> ModelSpec:
    if not isinstance(table, dict) or "name" in table:
        raise InvalidModelsFile(f"Model {name!r} in {path} must be a table [models.{name}] that gives no other name.")
    try:
        spec = ModelSpec(name=name, **table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidModelsFile(f"Model {name!r} in {path}: {where + ': ' if where else ''}{first['msg']}.") from error
    return spec.model_copy(update={"file": path.parent / spec.file}) if spec.file else spec

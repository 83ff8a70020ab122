"""The choice of an engine's configuration, noted so that it is measured once for each file and machine."""

import hashlib
import json
import platform
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import psutil

from dialogue.backends import notes
from dialogue.backends.llama_cpp.configuration import Configuration, candidates
from dialogue.backends.llama_cpp.measuring import Measured, Speed, compare
from dialogue.backends.llama_cpp.memory import Plan
from dialogue.backends.llama_cpp.model_file import ModelFacts
from dialogue.model_config import ModelSpec

_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Choice:
    """The configuration to use, and on which day it was found to be the fastest; None if there was nothing to choose."""

    configuration: Configuration
    measured: Measured | None = None
    day: str = ""

    def describe(self) -> str:
        """Return the choice in a sentence."""
        found = self.measured
        why = f" (measured on {self.day}: {found.speed.generated:,.0f} tokens/s)" if found else ""
        return f"Engine: {self.configuration.describe()}{why}."


def choose(spec: ModelSpec, facts: ModelFacts, plan: Plan, folder: Path | None) -> Choice:
    """Return the noted choice; without one measure, and note it in ``folder``. Raises ModelMisconfigured."""
    if known := known_choice(spec, facts, plan, folder):
        return known
    best = compare(spec, facts, plan)[0]
    choice = Choice(best.configuration, best, date.today().isoformat())
    if folder:
        notes.write(folder / _key(spec, plan), json.dumps(asdict(choice)))
    return choice


def known_choice(spec: ModelSpec, facts: ModelFacts, plan: Plan, folder: Path | None) -> Choice | None:
    """Return the choice if it needs no measurement."""
    possible = candidates(spec, facts, plan, psutil.virtual_memory().available)
    if len(possible) == 1:
        return Choice(possible[0])
    noted = _read(folder / _key(spec, plan)) if folder else None
    return noted if noted and noted.configuration in possible else None


def _read(note: Path) -> Choice | None:
    """Return a noted choice; None if there is none that this version can read."""
    try:
        found = json.loads(note.read_text("utf-8"))
        configuration = Configuration(**found["configuration"])
        return Choice(configuration, Measured(configuration, Speed(**found["measured"]["speed"])), found["day"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _key(spec: ModelSpec, plan: Plan) -> str:
    """Return a name for everything on which the speeds depend: file, machine, library and sizes."""
    path = spec.file or Path()
    stat = path.stat()
    of_file = _digest(path, stat.st_size, stat.st_mtime_ns)
    machine = (_processor(), psutil.cpu_count(), version("llama-cpp-python"))
    asked = (spec.threads, spec.processes, spec.flash_attention, spec.repack, plan.slots, plan.context)
    return hashlib.sha256(repr((of_file, machine, asked)).encode()).hexdigest()


@lru_cache(maxsize=32)
def _digest(path: Path, size: int, _changed: int) -> str:
    """Return a hash of the beginning (with all metadata), the end and the size of a file: ten gigabytes take too long."""
    with path.open("rb") as file:
        beginning = file.read(_SAMPLE)
        file.seek(max(0, size - _SAMPLE))
        return hashlib.sha256(beginning + file.read() + str(size).encode()).hexdigest()


@lru_cache(maxsize=1)
def _processor() -> str:
    """Return the processor's name with the instructions that it offers."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return "\n".join(dict.fromkeys(line for line in lines if line.startswith(("model name", "flags", "Features"))))

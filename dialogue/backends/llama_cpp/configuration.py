"""How an engine uses the machine: its processes, their threads, and the kernel for attention."""

import os
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from dialogue.backends.llama_cpp.library import HAS_AMX
from dialogue.backends.llama_cpp.memory import Plan
from dialogue.backends.llama_cpp.model_file import ModelFacts
from dialogue.model_config import ModelSpec

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


@dataclass(frozen=True, slots=True)
class Configuration:
    """``processes`` share ``threads``; a process that works alone may use all of them.

    ``flash_attention`` None leaves the choice to the library. The library may ``repack`` the weights: arrange a copy
    of them for this processor's instructions.
    """

    processes: int
    threads: int
    flash_attention: bool | None
    repack: bool = True

    @property
    def threads_each(self) -> int:
        """Return the threads of a process while all processes work."""
        return max(1, self.threads // self.processes)

    def describe(self) -> str:
        """Return the configuration in words."""
        flash = {True: ", flash attention on", False: ", flash attention off", None: ""}[self.flash_attention]
        weights = "" if self.repack else ", weights not repacked"
        return f"{_count(self.processes, 'process', 'es')} of {_count(self.threads_each, 'thread')}{flash}{weights}"


def candidates(spec: ModelSpec, facts: ModelFacts, plan: Plan, available: int) -> list[Configuration]:
    """Return the configurations that ``spec`` allows and that fit into ``available`` bytes, the simplest first.

    Processes share the weights if the library maps the file into memory, but it may rearrange and so copy them: only as many
    processes are tried as would fit with a copy each.
    """
    threads = spec.threads or cores()
    if spec.gpu_layers:
        return [Configuration(1, threads, spec.flash_attention, _repackings(spec)[-1])]
    most = min(threads, plan.slots, max(1, (available - plan.memory) // max(facts.weights, 1) + 1))
    processes = [spec.processes] if spec.processes else [count for count in _halvings(threads) if count <= most]
    kernels = [True, False] if spec.flash_attention is None else [spec.flash_attention]
    return [Configuration(count, threads, *way) for count in processes for way in product(kernels, _repackings(spec))]


def _repackings(spec: ModelSpec) -> list[bool]:
    """Return both ways, the safe one last, where repacking may crash the process, which only trying shows."""
    if spec.repack is not None:
        return [spec.repack]
    return [True, False] if HAS_AMX else [True]


def cores() -> int:
    """Return the number of cores that this process may use, at most its container's share."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(found, _container_share() or found))


def _container_share() -> int | None:
    """Return the whole cores of this container's share of processor time; None if it has no limit."""
    try:
        quota, period = _QUOTA.read_text("ascii").split()
    except (OSError, ValueError):
        return None
    return None if quota == "max" else int(quota) // int(period)


def _halvings(threads: int) -> list[int]:
    """Return the numbers of processes to try: 1, then doubled up to one for each thread."""
    counts = [1]
    while counts[-1] * 2 < threads:
        counts.append(counts[-1] * 2)
    return counts if threads == 1 else [*counts, threads]


def _count(number: int, noun: str, plural: str = "s") -> str:
    return f"{number} {noun}{'' if number == 1 else plural}"

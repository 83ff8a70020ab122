"""The machine on which a benchmark runs."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from dialogue.backends.llama_cpp.configuration import cores


def describe_machine() -> dict[str, Any]:
    """Return the processor, the cores that may be used, how OpenMP's threads wait, and the load."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "wait_policy": os.environ.get("OMP_WAIT_POLICY", "not set"),
        "load_average": psutil.getloadavg(),
    }


def show_machine(machine: Mapping[str, Any]) -> str:
    """Return the line that begins a benchmark's table; the machine was described when it started."""
    load = machine["load_average"][0]
    return f"{machine['processor']}, {machine['cores']} cores, load average {load:.1f} at the beginning"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())

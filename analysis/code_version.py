"""Which code computed something, told without asking a repository, which an installation may lack."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib")
ELSEWHERE = (
    "collection/research/distributions.py",
    "dialogue/lexical.py",
    "evaluation/exports.py",
    "evaluation/models/judgements.py",
    "simulation/statistics.py",
)
"""Code of other apps by which an analysis counts."""


@cache
def code_version() -> str:
    """The code as it was when this process began, and the libraries that it computes with."""
    digest, here = hashlib.sha256(), Path(__file__).parent
    for path in [*sorted(here.rglob("*.py")), *(here.parent / name for name in ELSEWHERE)]:
        digest.update(path.read_bytes())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"analysis {digest.hexdigest()[:12]}, {libraries}"

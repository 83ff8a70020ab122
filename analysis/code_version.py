"""The version of the code that computes analyses, found without a repository, which an installation may lack."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib")
ELSEWHERE = (
    "collection/research/distributions.py",
    "dialogue/lexical.py",
    "dialogue/names.py",
    "dialogue/personas.py",
    "evaluation/answers.py",
    "evaluation/exports.py",
    "evaluation/models/judgements.py",
    "evaluation/reading.py",
    "evaluation/records.py",
    "simulation/statistics.py",
    "studies/files/exports.py",
    "studies/files/record_values.py",
    "studies/files/records.py",
    "studies/files/tables.py",
    "studies/files/turn_records.py",
    "studies/questionnaires.py",
    "studies/storable_text.py",
)
"""Code of other apps that a study's analysis reads and counts by. Of models only what says which judgements count: the others
say how data are stored."""


@cache
def code_version() -> str:
    """The code as it was when this process began, and the libraries that it computes with."""
    digest, here = hashlib.sha256(), Path(__file__).parent
    for path in [*sorted(here.rglob("*.py")), *(here.parent / name for name in ELSEWHERE)]:
        digest.update(path.read_bytes())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"analysis {digest.hexdigest()[:12]}, {libraries}"

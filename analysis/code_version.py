"""The version of the code that computes analyses, determined without a repository, because an installation may lack one."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "pandas", "matplotlib", "scikit-learn", "pyspellchecker")
ELSEWHERE = (
    "characters/turn_judging/judge_names.py",
    "collection/research/distributions.py",
    "dialogue/answers.py",
    "dialogue/extraction.py",
    "dialogue/leaked_marks.py",
    "dialogue/lexical.py",
    "dialogue/names.py",
    "dialogue/persona_template.py",
    "dialogue/personas.py",
    "dialogue/rates.py",
    "dialogue/role_flips.py",
    "evaluation/answers.py",
    "evaluation/exports.py",
    "evaluation/models/judgements.py",
    "evaluation/own_answers_export.py",
    "evaluation/own_questions.py",
    "evaluation/reading.py",
    "evaluation/records.py",
    "evaluation/rehearsal/topics.py",
    "rolellm/catchphrases.py",
    "rolellm/cleaning.py",
    "rolellm/languages.py",
    "simulation/diversity.py",
    "simulation/flat_settings.py",
    "simulation/inquirer_names.py",
    "simulation/progress.py",
    "simulation/run_identity.py",
    "simulation/statistics.py",
    "studies/files/annotations.py",
    "studies/files/exports.py",
    "studies/files/person_answers.py",
    "studies/files/printed_tables.py",
    "studies/files/record_values.py",
    "studies/files/records.py",
    "studies/files/tables.py",
    "studies/files/turn_records.py",
    "studies/language_models/descriptions.py",
    "studies/questionnaires.py",
    "studies/questions/answers.py",
    "studies/questions/choices.py",
    "studies/questions/numbers.py",
    "studies/questions/order.py",
    "studies/questions/pages.py",
    "studies/questions/question.py",
    "studies/questions/storage.py",
    "studies/questions/texts.py",
    "studies/recorded_roles.py",
    "studies/storable_text.py",
)
"""Code of other apps that decides what an analysis reads and counts. Of the models, only the one that says which judgements
count: the others only say how data are stored."""
DATA = (
    "analysis/statistics/drift/data/neutral_zh.txt",
    "evaluation/rehearsal/data/coding.toml",
    "evaluation/rehearsal/data/knowledge.toml",
    "evaluation/rehearsal/data/math.toml",
)
"""Texts that styles are compared with."""


@cache
def code_version() -> str:
    """Return a hash of the code as this process loaded it, and the versions of the libraries that it computes with."""
    digest, here = hashlib.sha256(), Path(__file__).parent
    for path in [*sorted(here.rglob("*.py")), *(here.parent / name for name in (*ELSEWHERE, *DATA))]:
        digest.update(path.read_bytes())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"analysis {digest.hexdigest()[:12]}, {libraries}"

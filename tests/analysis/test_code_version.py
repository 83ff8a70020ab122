"""The code version changes with all code that computes an analysis."""

from pathlib import Path

import grimp
import pytest

from analysis import code_version as module
from analysis.code_version import DATA, ELSEWHERE, code_version

APPS = (
    "analysis",
    "evaluation",
    "simulation",
    "collection",
    "characters",
    "enrolment",
    "studies",
    "rolellm",
    "dialogue",
)
ROOT = Path(module.__file__).parent.parent
BEGINNINGS = ("analysis.study.study_analysis", "analysis.humanness.run_humanness")
COUNTED = "evaluation/models/judgements.py"


def imported_by(begin: str) -> set[str]:
    """Return the modules that a module needs, without models and their dependencies."""
    graph = grimp.build_graph(*APPS)
    found, waiting = set[str](), [begin]
    while waiting:
        further = graph.find_modules_directly_imported_by(waiting.pop())
        new = {name for name in further if ".models" not in name} - found
        found |= new
        waiting += new
    return found


def test_all_code_of_other_apps_that_an_analysis_needs_is_known() -> None:
    needed = {name for begin in BEGINNINGS for name in imported_by(begin) if not name.startswith("analysis.")}
    assert {f"{name.replace('.', '/')}.py" for name in needed} == set(ELSEWHERE) - {COUNTED}
    assert "def counted" in (ROOT / COUNTED).read_text("utf-8")


def test_a_change_of_any_of_it_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_version.__wrapped__()
    assert code_version.__wrapped__() == before
    monkeypatch.setattr(module, "ELSEWHERE", (*ELSEWHERE, "manage.py"))
    assert code_version.__wrapped__() != before


def test_all_code_of_the_analysis_itself_is_part_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Change a file of the analysis package in a copy."""
    for name in (*ELSEWHERE, *DATA):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "analysis" / "statistics").mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(module, "__file__", str(tmp_path / "analysis" / "code_version.py"))
    seen = {code_version.__wrapped__()}
    for text in ("1", "2"):
        (tmp_path / "analysis" / "statistics" / "binomial_model.py").write_text(text, "utf-8")
        seen.add(code_version.__wrapped__())
    assert len(seen) == 3

"""Files of an analysis, and an import, on PostgreSQL."""

import json
from pathlib import Path

import pytest

from tests.installation import Installation

pytestmark = pytest.mark.postgresql

REPORT = """
import json
from analysis.models import Report, ReportFile
from analysis.stored_results import missing_files, stored_file
from analysis.study.reports import request_report
from studies.models import Study

study = Study.objects.get(slug="demo")
report = request_report(study, [1])
again = request_report(study, [1])
Report.objects.filter(pk=report.pk).update(state="finished", files=["a.pdf", "b.pdf"])
report.refresh_from_db()
ReportFile.objects.create(report=report, name="a.pdf", content=bytes(range(256)))
print(json.dumps({
    "asked once": report == again,
    "content": list(stored_file(report, "a.pdf")) == list(range(256)),
    "missing": missing_files(report),
    "computed again": request_report(study, [1]) != report,
    "dialogues": study.dialogues.count(),
}))
"""


def test_files_are_kept_and_dialogues_imported_on_postgresql(tmp_path: Path, postgresql_url: str) -> None:
    site = Installation(tmp_path / "var", {"DATABASE_URL": postgresql_url})
    site.load_demo()
    said = {"turn": 0, "model_inquirer": "half \x00 here \ud83d", "model_responder": "Hello."}
    goal = site.evaluate("from studies.models import Goal; print(Goal.objects.get(number=1, study__slug='demo').text)")
    line = {"persona": "", "persona_id": "P01", "sample": {"instruction": goal}, "num_turns": 1, "dialog": [said]}
    file = tmp_path / "73.jsonl"
    file.write_text(json.dumps(line), "utf-8")
    assert (
        "1 of 1 dialogues imported"
        in site.manage("import_dialogues", str(file), "--study", "demo", "--inquirer", "m").stdout
    )
    assert json.loads(site.evaluate(REPORT)) == {
        "asked once": True,
        "content": True,
        "missing": ["b.pdf"],
        "computed again": True,
        "dialogues": 1,
    }

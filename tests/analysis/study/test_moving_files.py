"""Files of reports that an earlier version kept in a folder."""

from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import TestCase

from tests.analysis.study.factories import keep_report, make_judged_evaluation

pytestmark = pytest.mark.django_db
move_files = import_module("analysis.migrations.0002_report_files").move_files


def test_they_are_taken_into_the_database_and_the_folder_goes() -> None:
    report = keep_report(make_judged_evaluation().study)
    report.stored_files.all().delete()
    folder = settings.VAR_DIR / "reports" / report.token
    folder.mkdir(parents=True)
    (folder / "results.json").write_bytes(b"{}")
    with TestCase.captureOnCommitCallbacks(execute=True):
        move_files(apps, connection.schema_editor())
    assert list(report.stored_files.values_list("name", flat=True)) == ["results.json"]
    assert bytes(report.stored_files.get().content) == b"{}"
    assert not folder.parent.exists()

"""``manage.py analyse --run TOKEN``: the results of a run's page, in files."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.analysis.humanness.factories import make_measurable_run
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def analyse(token: str, out: Path, *options: str) -> str:
    printed = StringIO()
    call_command("analyse", "--run", token, "--out", str(out), *options, stdout=printed, stderr=StringIO())
    return printed.getvalue()


def test_it_prints_the_findings_and_writes_all_tables_and_figures(tmp_path: Path) -> None:
    said = analyse(make_measurable_run().token, tmp_path)
    assert "10 simulated and 10 natural dialogues" in said
    assert "A text classifier" in said
    names = {path.name for path in tmp_path.iterdir()}
    assert {"report.txt", "health.csv", "fidelity.tex", "fidelity-by-measure.pdf", "health-by-turn.csv"} < names


@pytest.mark.parametrize(
    ("token", "options", "sentence"),
    [
        ("nonsense", (), "There is no run 'nonsense'"),
        ("", (), "no ended dialogue yet"),
        ("", ("--evaluations", "1"), "--evaluations needs a study"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    token: str, options: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=sentence):
        analyse(token or make_run().token, tmp_path, *options)
    assert not list(tmp_path.iterdir())

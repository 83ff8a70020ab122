"""The drift of a run's characters on its page, in its files and by the command."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from studies.models import CharacterSheet
from tests.analysis.drift.factories import make_played_run
from tests.analysis.humanness.factories import compute, make_measurable_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures_without_images")]


def test_a_run_with_characters_shows_their_drift_and_offers_its_tables(staff: Client) -> None:
    run = make_played_run()
    report = compute(run)
    shown = staff.get(f"/runs/{run.token}/humanness/").text
    assert "Inquirer tiny, dialogue elicitation, Coriolanus: drift, from turn 3 on (3 to 3)" in shown
    assert "Style of characters by turn" in shown
    for name in ("drift.csv", "drift-by-turn.csv", "drift-signs.csv", "drift.tex", "drift-by-turn.svg"):
        assert staff.get(f"/runs/{run.token}/humanness/files/{report.token}/{name}").status_code == 200


def test_a_steady_run_shows_that_no_drift_was_found(staff: Client) -> None:
    run = make_played_run(neutral_from=None)
    compute(run)
    assert "Coriolanus: no drift found; the style changes by" in staff.get(f"/runs/{run.token}/humanness/").text


def test_a_run_without_characters_shows_nothing_of_it(staff: Client) -> None:
    run = make_measurable_run()
    report = compute(run)
    assert "Drift of characters" not in staff.get(f"/runs/{run.token}/humanness/").text
    assert not [name for name in report.files if name.startswith("drift")]


def test_results_are_out_of_date_once_a_character_has_changed(staff: Client) -> None:
    run = make_played_run(seeds=1)
    compute(run)
    assert "have changed since" not in staff.get(f"/runs/{run.token}/humanness/").text
    CharacterSheet.objects.filter(name="Coriolanus").update(digest="of now")
    assert "have changed since" in staff.get(f"/runs/{run.token}/humanness/").text


def test_the_command_writes_the_tables_and_prints_the_verdict(tmp_path: Path) -> None:
    printed = StringIO()
    call_command("analyse", "--run", make_played_run().token, "--out", str(tmp_path), stdout=printed, stderr=StringIO())
    assert "Coriolanus: drift, from turn 3 on" in printed.getvalue()
    written = (tmp_path / "drift.csv").read_text("utf-8").splitlines()
    assert written[0].startswith("played by,character,dialogues,AUC")
    assert written[1].startswith('"inquirer tiny, dialogue elicitation",Coriolanus,12,0.9')
    assert "drift,3 (3 to 3)" in written[1]

"""``manage.py judge_turns``, its task, and the scores in the tables of drift."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from characters import tasks
from characters.models import TurnJudging
from tests.analysis.drift.factories import make_played_run
from tests.analysis.humanness.factories import compute
from tests.characters.turn_judging.factories import MODELS_FILE, WordJudge, ask, run
from tests.factories import make_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures_without_images")]


@pytest.fixture(autouse=True)
def judges(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


def judge(what: str, *options: str, model: str = "steady") -> str:
    """What the command writes to stdout."""
    out = StringIO()
    call_command("judge_turns", what, "--judge", model, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_scores_the_turns_of_a_run_and_prints_the_means() -> None:
    played = make_played_run(seeds=1)
    turns = sum(cell.dialogue.turns.count() for cell in played.simulations.all() if cell.dialogue)
    assert judge(played.token) == f"steady: {turns} turns scored, mean style 5.00, mean knowledge 4.00 (of 5)\n"


def test_judges_that_stumble_are_asked_again_and_those_that_never_answer_are_counted() -> None:
    played = make_played_run(seeds=1)
    assert json.loads(judge(played.study.slug, "--turns", "1", "--json", model="stumbler")) == {
        "judge": "stumbler",
        "turns": 2,
        "scored": 2,
        "no_score": 0,
        "style": 3,
        "knowledge": 3,
    }
    assert judge(played.token, "--turns", "1", model="mumbler") == "mumbler: 0 turns scored; no score: 2\n"


@pytest.mark.parametrize(
    ("what", "options", "sentence"),
    [
        ("empty", [], "There is nothing to score: no dialogue has ended"),
        ("elsewhere", [], "There is no study 'elsewhere'"),
        ("empty", ["--turns", "0"], "Choose at least 1 turn of each dialogue"),
        ("empty", ["--queue", "--json"], "Omit --json"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(what: str, options: list[str], sentence: str) -> None:
    make_study("empty")
    with pytest.raises(CommandError) as caught:
        judge(what, *options)
    assert (caught.value.returncode, sentence in str(caught.value)) == (2, True)
    assert not TurnJudging.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_queued_judging_is_worked_off_by_the_workers_task() -> None:
    judge(make_played_run(seeds=1).token, "--turns", "1", "--queue")
    tasks.score_turns()
    judging = TurnJudging.objects.get()
    assert (judging.state, set(judging.scores.values_list("style", flat=True))) == (TurnJudging.State.FINISHED, {5})


def test_scores_outdate_the_drift_and_then_stand_in_its_tables_figure_and_findings(
    staff: Client, tmp_path: Path
) -> None:
    played = make_played_run(seeds=4)
    compute(played)
    assert "have changed since" not in staff.get(f"/runs/{played.token}/humanness/").text
    run(ask(played.study), WordJudge("thou", "thy", "the"))
    assert "have changed since" in staff.get(f"/runs/{played.token}/humanness/").text
    report = compute(played)
    shown = staff.get(f"/runs/{played.token}/humanness/").text
    assert "Inquirer tiny, dialogue elicitation, Coriolanus, as steady judges: " in shown
    assert "knowledge changes by 0.000 per turn" in shown
    assert "Scores of judges by turn, from 1 to 5" in shown
    table = staff.get(f"/runs/{played.token}/humanness/files/{report.token}/drift-judges.csv").text.splitlines()
    assert table[0] == "played by,judge,turn,scored,style,from,to,knowledge,from,to,no score"
    assert table[1].startswith('"inquirer tiny, dialogue elicitation",steady,1,8,')
    assert table[1].endswith(",3.0,3.0,3.0,0")

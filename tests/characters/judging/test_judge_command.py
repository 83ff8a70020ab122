"""``manage.py rolebench judge``, and Celery's task."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from characters import tasks
from characters.models import Character, Judging, Ranking
from tests.characters.judging.factories import BASELINE, MODELS_FILE, make_answers, make_benchmark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def benchmark(settings: Settings) -> None:
    """A benchmark with a published baseline and one's own answers."""
    settings.MODELS_FILE = MODELS_FILE
    benchmark = make_benchmark(general=2, specific=3)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned", "fine")


def judge(*options: str, model: str = "firster", name: str = "RoleBench", sets: tuple[str, ...] = ("Tuned",)) -> str:
    """What the command writes to stdout."""
    out = StringIO()
    arguments = [name, "--judge", model, "--baseline", "RoleGPT", *options, "--sets", *sets]
    call_command("rolebench", "judge", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_judges_everything_and_prints_win_rates_and_what_they_mean() -> None:
    said = judge()
    assert f"Tuned over {BASELINE}" in said
    assert "5     0     5      0          0  50.0% [" in said
    assert "general: Tuned" in said
    assert "role-specific: Tuned" in said
    assert "The judge preferred the answer shown first in 100.0% of 10 verdicts" in said
    assert "Roles whose description is not audited: Coriolanus." in said


def test_the_same_command_again_asks_no_model() -> None:
    first = judge("--json")
    before = list(Ranking.objects.values_list("pk", "finished_at"))
    assert judge("--json") == first
    assert list(Ranking.objects.values_list("pk", "finished_at")) == before
    told = json.loads(first)
    assert (told["rankings"], told["rows"], told["rows_unanswered"]) == (10, 5, {"Tuned": 0, BASELINE: 0})
    assert told["comparisons"][0]["win_rate"]["mean"] == 0.5
    assert told["first_preferred"] == {
        "count": 10,
        "of": 10,
        "share": 1.0,
        "wilson": pytest.approx([0.7225, 1], abs=1e-4),
    }


def test_judges_that_stumble_are_asked_again_and_those_that_never_answer_are_counted() -> None:
    assert json.loads(judge("--json", model="stumbler"))["no_verdict"]["count"] == 0
    told = json.loads(judge("--json", model="mumbler"))
    assert (told["no_verdict"]["count"], told["comparisons"][0]["win_rate"]) == (10, None)


@pytest.mark.parametrize(
    ("options", "fields", "sentence"),
    [
        ([], {"name": "Nothing"}, "There is no benchmark 'Nothing'"),
        ([], {"model": "nobody"}, "There is no model 'nobody'"),
        ([], {"sets": ("Nobody",)}, "has no answers named 'Nobody'"),
        (["--concurrency", "0"], {}, "--concurrency must be at least 1."),
        (["--queue", "--json"], {}, "Omit --json"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    options: list[str], fields: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError) as caught:
        judge(*options, **fields)  # type: ignore[arg-type]
    assert caught.value.returncode == 2
    assert sentence in str(caught.value)
    assert not Judging.objects.exists()


def test_a_role_without_a_description_can_be_skipped() -> None:
    Character.objects.create(name="Brutus", description="You are a tribune.")
    Character.objects.filter(name="Coriolanus").update(description="")
    with pytest.raises(CommandError, match=r"These have none: Coriolanus\. Describe a character first\."):
        judge("--skip-unknown")


@pytest.mark.django_db(transaction=True)
def test_a_queued_judging_is_worked_off_by_the_workers_task() -> None:
    assert "Queued: 10 rankings.\nNo worker serves firster" in judge("--queue")
    tasks.judge()
    judging = Judging.objects.get()
    assert (judging.state, judging.is_queued) == (Judging.State.FINISHED, False)
    assert set(judging.rankings.values_list("preference", flat=True)) == {"first"}

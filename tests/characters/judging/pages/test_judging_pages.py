"""The pages of judgings: starting one, its progress, figures beside the paper's, and every verdict."""

import csv
from io import StringIO

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import Settings

from characters.models import AnswerSet, Benchmark, Character, Judging
from dialogue.backends.scripted import ScriptedModel
from studies.files.tables import BYTE_ORDER_MARK
from tests.characters.judging.factories import (
    BASELINE,
    MODELS_FILE,
    ContentJudge,
    make_answers,
    make_benchmark,
    request,
    run,
)
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ranking_models(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def benchmark() -> Benchmark:
    """A benchmark with a published baseline and one's own, better answers."""
    benchmark = make_benchmark(("Coriolanus", "Brutus"), general=2, specific=3)
    make_answers(benchmark)
    make_answers(benchmark, "Tuned", "fine")
    return benchmark


def text_of(response) -> str:
    """Return the text of a page, with single spaces."""
    return " ".join(strip_tags(response.text.replace("<", " <")).split())


def send(client, benchmark, **fields):
    sets = {each.name: each.token for each in benchmark.answer_sets.all()}
    values = {"ask": "1", "judge": "firster", "sets": [sets["Tuned"]], "baseline": sets[BASELINE]}
    numbers = {"general": 20, "specific": 20, "seed": 73}
    return client.post(f"/benchmarks/{benchmark.token}/judgings/", values | numbers | fields, follow=True)


def test_a_judging_is_started_and_its_progress_is_shown(client, benchmark) -> None:
    said = text_of(send(client, benchmark, specific=1))
    judging = Judging.objects.get()
    assert (judging.is_queued, judging.rankings.count(), str(judging.started_by)) == (True, 12, "researcher")
    assert "firster starts judging as soon as a worker is free." in said
    assert f"firster against {BASELINE} running" in said
    assert "0 of 12" in said
    assert "No worker serves firster" not in said  # it may just have been started


def test_published_answers_are_the_baseline_unless_another_is_chosen(client, benchmark) -> None:
    AnswerSet.objects.filter(name="Tuned").update(model="tiny")
    form = client.get(f"/benchmarks/{benchmark.token}/judgings/").context["page"].form
    assert form["baseline"].value() == benchmark.answer_sets.get(name=BASELINE).token


def test_a_mistake_in_the_form_starts_nothing_and_is_named(client, benchmark) -> None:
    response = send(client, benchmark, sets=[])
    assert response.status_code == 422
    assert "Choose answer sets to compare." in text_of(response)
    Character.objects.filter(name="Brutus").update(description="")
    assert "These have none: Brutus. Describe them, or leave out roles" in text_of(send(client, benchmark))
    assert "Choose 0 to 1000 questions" in text_of(send(client, benchmark, general=0, specific=0))
    assert not Judging.objects.exists()
    send(client, benchmark, skips_unknown="on")
    assert Judging.objects.get().rankings.filter(row__role="Brutus").count() == 0


def test_a_judging_is_paused_and_resumed(client, benchmark) -> None:
    send(client, benchmark)
    judging, page = Judging.objects.get(), f"/benchmarks/{benchmark.token}/judgings/"
    assert "firster is paused. Its verdicts are kept." in text_of(
        client.post(page, {"pause": judging.token}, follow=True)
    )
    judging.refresh_from_db()
    assert judging.state == Judging.State.PAUSED
    assert "firster resumes" in text_of(client.post(page, {"start": judging.token}, follow=True))
    assert "There is no such model judge." in text_of(client.post(page, {"start": "nothing"}, follow=True))


def test_an_unchanged_part_is_not_sent_again(client, benchmark) -> None:
    judging = request(benchmark, "Tuned")
    at = f"/benchmarks/{benchmark.token}/judgings/progress/"
    seen = client.get(f"/benchmarks/{benchmark.token}/judgings/").context["page"].part.seen
    assert client.get(at, {"seen": seen}).status_code == 204
    run(judging)
    assert "50.0%" in text_of(client.get(at, {"seen": seen}))


def test_win_rates_are_shown_beside_the_papers_and_as_files(client, benchmark) -> None:
    run(request(benchmark, "Tuned"), ContentJudge("fine"))
    said = text_of(client.get(f"/benchmarks/{benchmark.token}/judgings/"))
    assert f"Tuned over {BASELINE}: 100.0%" in said
    assert f"firster {BASELINE} 100.0" in said
    assert "Paper: RoleLLaMA-7B 32.9 37.6 38.1 36.2 – – GPT-4 RoleGPT 55.8" in said
    rows = _csv(client.get(f"/benchmarks/{benchmark.token}/judgings/instruction.csv"))
    [tuned] = [row for row in rows if row["Answers"] == "Tuned"]
    assert (tuned["Judge"], tuned["Over"], tuned["Win rate"], tuned["Ties"], tuned["Rows"]) == (
        "firster", BASELINE, "100.0", "0", "10",
    )  # fmt: skip
    assert [row["Win rate"] for row in rows if row["Answers"] == BASELINE] == [""]
    assert 0 < float(tuned["SPE"]) < 100
    assert (tuned["RAW"], tuned["Mean"]) == ("", "")
    assert r"\toprule" in client.get(f"/benchmarks/{benchmark.token}/judgings/instruction.tex").text
    assert client.get(f"/benchmarks/{benchmark.token}/judgings/instruction.doc").status_code == 404
    assert client.get(f"/benchmarks/{benchmark.token}/judgings/nothing.csv").status_code == 404


def test_one_table_has_scores_lengths_win_rates_and_ranks_of_every_answer_set(client, benchmark) -> None:
    make_answers(benchmark, "Third", "poor")
    judge = ContentJudge("fine", "so-so", "poor")
    run(request(benchmark, "Tuned"), judge)
    run(request(benchmark, "Tuned", "Third", "RoleGPT", baseline=""), judge)
    rows = _csv(client.get(f"/benchmarks/{benchmark.token}/judgings/instruction.csv"))
    known = {row["Answers"]: row for row in rows if row["Judge"] == "firster"}
    found = {name: (row["Over"], row["Win rate"], row["Mean rank"]) for name, row in known.items()}
    assert found == {"Tuned": (BASELINE, "100.0", "1.0"), BASELINE: ("", "", "2.0"), "Third": ("", "", "3.0")}
    assert {row["Words, general"] for row in known.values()} == {"2.0"}
    assert "Mean rank" in client.get(f"/benchmarks/{benchmark.token}/judgings/tables/").text


def test_one_judging_shows_figures_by_kind_and_role_and_what_they_leave_out(client, benchmark) -> None:
    judging = run(request(benchmark, "Tuned"), ContentJudge("fine"))
    said = text_of(client.get(f"/judgings/{judging.token}/"))
    assert f"Tuned over {BASELINE} all 100.0" in said
    assert "role-specific 100.0" in said
    assert f"Brutus Tuned over {BASELINE} 100.0" in said
    assert "The judge preferred the answer shown first in 50.0% of 20 verdicts" in said
    assert "Roles whose description is not audited: Brutus, Coriolanus." in said
    assert {row["Role"] for row in _csv(client.get(f"/judgings/{judging.token}/roles.csv"))} == {"Brutus", "Coriolanus"}
    assert client.get(f"/judgings/{judging.token}/standings.csv").status_code == 404


def test_ranks_of_three_sets_are_shown_beside_the_papers_elicitations(client, benchmark) -> None:
    make_answers(benchmark, "Third", "poor")
    judging = run(request(benchmark, "Tuned", "Third", "RoleGPT", baseline=""), ContentJudge("fine", "so-so", "poor"))
    said = text_of(client.get(f"/judgings/{judging.token}/"))
    assert "Tuned 100.0" in said
    assert "Paper: dialogue 63.3 – – 1.50" in said
    rows = {row["Answers"]: row["Mean rank"] for row in _csv(client.get(f"/judgings/{judging.token}/standings.csv"))}
    assert (rows["Tuned"], rows[BASELINE], rows["Third"]) == ("1.0", "2.0", "3.0")


def test_every_verdict_can_be_read_with_both_answers_and_the_judges_reasons(client, benchmark) -> None:
    judging = run(request(benchmark, "Tuned", general=0, specific=1))
    said = text_of(client.get(f"/judgings/{judging.token}/"))
    assert f"Tuned ties with {BASELINE}: the preference flipped" in said
    assert "Tuned: fine " in said
    assert "Tuned shown first: Tuned preferred About Tuned: It comes first." in said
    assert f"{BASELINE} shown first: {BASELINE} preferred" in said
    assert "No verdict matches the filter." in text_of(client.get(f"/judgings/{judging.token}/", {"outcome": "win"}))
    of_brutus = text_of(client.get(f"/judgings/{judging.token}/", {"outcome": "tie", "role": "Brutus"}))
    assert "Brutus, what of" in of_brutus
    assert "Coriolanus, what of" not in of_brutus


def test_a_ranking_without_a_verdict_shows_what_was_wrong_with_each_output(client, benchmark) -> None:
    judging = run(
        request(benchmark, "Tuned", general=1, specific=0), ScriptedModel(["One.", "Two.", "Three.", "Four."])
    )
    said = text_of(client.get(f"/judgings/{judging.token}/"))
    assert "no verdict It contains no list of rankings. Four. Unreadable: It contains no list of rankings. One." in said
    assert "Rankings without a verdict: 4 of 4." in said
    rows = _csv(client.get(f"/judgings/{judging.token}/verdicts.csv"))
    assert [(row["preference"], row["tries"], row["problem"]) for row in rows] == [
        ("none", "4", "It contains no list of rankings.")
    ] * 4


def test_all_verdicts_are_a_file_with_reasons_and_answers(client, benchmark) -> None:
    judging = run(request(benchmark, "Tuned"))
    rows = _csv(client.get(f"/judgings/{judging.token}/verdicts.csv"))
    assert len(rows) == judging.rankings.count() == 20
    assert {row["reason_first"] for row in rows} == {"It comes first."}
    assert {(row["first"], row["answer_first"][:4]) for row in rows} == {("Tuned", "fine"), (BASELINE, "so-s")}
    assert {row["tries"] for row in rows} == {"1"}


def test_a_judge_needs_two_sets_of_answers(client) -> None:
    benchmark = make_benchmark()
    make_answers(benchmark)
    assert "this benchmark has fewer. Let a model answer first." in text_of(
        client.get(f"/benchmarks/{benchmark.token}/judgings/")
    )


def test_only_researchers_read_judgings(client, benchmark) -> None:
    judging = request(benchmark, "Tuned")
    pages = [
        f"/benchmarks/{benchmark.token}/judgings/",
        f"/judgings/{judging.token}/",
        f"/judgings/{judging.token}/verdicts.csv",
    ]
    assert [Client().get(page).status_code for page in pages] == [302] * 3
    assert [client.get(page.replace(judging.token, "nothing")).status_code for page in pages[1:]] == [404] * 2


def _csv(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode() if response.streaming else response.text
    return list(csv.DictReader(StringIO(text.removeprefix(BYTE_ORDER_MARK))))

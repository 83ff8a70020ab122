"""The page that compares runs of a study."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from django.utils.http import urlencode

from simulation.models import Run, Simulation
from studies.models import Persona, Study
from tests.analysis.humanness.factories import keep_report
from tests.collection.factories import FEATURES, make_natural_dialogue, make_open_study, make_participant
from tests.factories import make_dialogue, make_dialogues, make_run, make_staff, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def make_runs(study: Study, *changes: dict[str, Any]) -> list[Run]:
    """Store a run for each of these changes to the configuration."""
    runs = [make_run(study, state=Run.State.FINISHED) for _ in changes]
    for run, change in zip(runs, changes, strict=True):
        run.configuration |= change
        run.save()
    return runs


def shown(client: Client, runs: list[Run], where: str = "", **query: str) -> str:
    """Return the page, or the part of it at ``where``, with one space between words."""
    asked = urlencode([("run", run.token) for run in runs] + list(query.items()))
    return " ".join(client.get(f"/studies/demo/compare/{where}?{asked}").text.split())


def words(html: str) -> str:
    return " ".join(strip_tags(html).split())


def rows_of(html: str) -> list[str]:
    """Return the rows of the tables in words."""
    rows = html.replace("<td", " <td").replace("<th", " <th").split("<tr")[1:]
    return [words(f"<tr{row.partition('</tr>')[0]}") for row in rows]


def test_only_the_settings_that_differ_are_shown(client: Client) -> None:
    study = make_study()
    runs = make_runs(study, {"features": "none"}, {"features": "age", "max_turns": 4})
    page = rows_of(shown(client, runs))
    assert "features none age" in page
    assert "max turns 12 4" in page
    assert not any("temperature" in row for row in page)


def test_a_setting_inside_a_speakers_settings_is_named_in_full(client: Client) -> None:
    runs = make_runs(make_study(), {}, {})
    runs[1].configuration["inquirer"]["sampling"]["temperature"] = 0.2
    runs[1].save()
    assert "inquirer sampling temperature 0.8 0.2" in rows_of(shown(client, runs))


def test_cells_of_the_same_persona_goal_and_seed_are_in_one_row(client: Client) -> None:
    study = make_study(goal_count=2, persona_count=2)
    first, second = make_runs(study, {"features": "none"}, {"features": "age"})
    one, other = first.simulations.get(persona__code="P02", goal__number=2), second.simulations.last()
    assert other
    left, right = make_dialogue(one, turns=1), make_dialogue(other, turns=3, ending="max_turns")
    page = shown(client, [first, second])
    [row] = [row for row in rows_of(page) if row.startswith("P02 2")]
    assert row.startswith("P02 2 Math 73 goal reached, 1 turn max turns, 3 turns – side by side")
    assert f"dialogue={left.token}&amp;dialogue={right.token}" in page


def test_a_run_that_lacks_a_cell_leaves_a_gap(client: Client) -> None:
    first, second = make_runs(make_study(goal_count=1, persona_count=1), {}, {"max_turns": 4})
    make_dialogue(first.simulations.get())
    second.simulations.all().delete()
    [row] = [row for row in rows_of(shown(client, [first, second])) if row.startswith("P01")]
    assert row.endswith("2 turns – – –")


def test_the_table_can_be_limited_to_a_goal_and_to_different_endings(client: Client) -> None:
    first, second = make_runs(make_study(goal_count=2, persona_count=2), {}, {"max_turns": 4})
    make_dialogues(list(first.simulations.order_by("pk")))
    make_dialogues(list(second.simulations.order_by("pk")))
    changed = second.simulations.get(persona__code="P01", goal__number=2)
    second.simulations.filter(pk=changed.pk).update(ending="max_turns")
    places = [row[:5] for row in rows_of(shown(client, [first, second], goal="1")) if row.startswith("P0")]
    assert places == ["P01 1", "P02 1"]
    assert [row[:5] for row in rows_of(shown(client, [first, second], differ="yes")) if row[:2] == "P0"] == ["P01 2"]


def test_the_figures_of_each_run_come_one_after_another(client: Client) -> None:
    first, second = make_runs(make_study(goal_count=1), {}, {"max_turns": 4})
    make_dialogues(list(first.simulations.all()), turns=1)
    make_dialogues(list(second.simulations.all()), turns=3, ending="max_turns")
    early = shown(client, [first, second], "figures/", done="0")
    assert "Turns per dialogue 1.00 (0.00) –" in rows_of(early)
    assert "done=1" in early
    late = shown(client, [first, second], "figures/", done="1")
    assert "Turns per dialogue 1.00 (0.00) 3.00 (0.00)" in rows_of(late)
    assert any(row.startswith("TTR, mean (variance) 0.875 (0.000) 0.789 (0.000)") for row in rows_of(late))
    assert "hx-get" not in late
    assert any(row.endswith("2 (100%) 0 (0%)") for row in rows_of(late))


def test_health_that_was_computed_is_shown_beside_a_gap(client: Client) -> None:
    first, second = make_runs(make_study(goal_count=1), {}, {"max_turns": 4})
    make_dialogues(list(first.simulations.all()))
    table = {"name": "health", "groups": [["role flip", [["12.5", "8", "utterances", "–", "0"]]]]}
    report = keep_report(first)
    report.shown = report.shown | {"health": [table]}
    report.save()
    assert "role flip, % 12.5 –" in rows_of(shown(client, [first, second], "figures/"))


@pytest.mark.parametrize(("kind", "mark"), [("csv", "about,figure,"), ("tex", r"\begin{tabular}")])
def test_the_figures_can_be_downloaded(client: Client, kind: str, mark: str) -> None:
    runs = make_runs(make_study(goal_count=1), {"features": "none"}, {})
    for run in runs:
        make_dialogues(list(run.simulations.all()))
    text = shown(client, runs, f"figures.{kind}")
    assert mark in text
    assert "A: Inquirer tiny, responder tiny, no persona features" in text
    assert "2.00 (0.00)" in text


def make_uneven_runs() -> list[Run]:
    """Store a run of two goals, with longer dialogues about the second, and one of the first goal alone."""
    runs = make_runs(make_study(), {}, {"features": "native_english"})
    runs[1].simulations.filter(goal__number=2).delete()
    for run in runs:
        make_dialogues(list(run.simulations.filter(goal__number=1)), turns=1)
    make_dialogues(list(runs[0].simulations.filter(goal__number=2)), turns=3, ending="max_turns")
    return runs


def test_figures_cover_the_dialogues_that_all_runs_have_unless_all_are_wanted(client: Client) -> None:
    runs = make_uneven_runs()
    assert "Figures cover the 2 dialogues that all runs have." in shown(client, runs)
    figures = rows_of(shown(client, runs, "figures/", done="1"))
    assert {"Dialogues that have ended 4 of 4 2 of 2", "Dialogues in these figures 2 2"} <= set(figures)
    assert {"goal reached 2 (100%) 2 (100%)", "Turns per dialogue 1.00 (0.00) 1.00 (0.00)"} <= set(figures)
    assert "Dialogues with words 2 2" in figures
    assert "Statistics,Turns per dialogue,1.00 (0.00),1.00 (0.00)" in shown(client, runs, "figures.csv")
    assert "Figures cover all ended dialogues of each run" in shown(client, runs, dialogues="all")
    figures = rows_of(shown(client, runs, "figures/", done="1", dialogues="all"))
    assert {"goal reached 2 (50%) 2 (100%)", "Turns per dialogue 2.00 (1.00) 1.00 (0.00)"} <= set(figures)
    assert "Statistics,Turns per dialogue,2.00 (1.00),1.00 (0.00)" in shown(
        client, runs, "figures.csv", dialogues="all"
    )


def test_the_table_has_the_rows_of_all_runs_unless_all_are_wanted(client: Client) -> None:
    runs = make_uneven_runs()
    assert [row[:5] for row in rows_of(shown(client, runs)) if row[:2] == "P0"] == ["P01 1", "P02 1"]
    everything = shown(client, runs, dialogues="all")
    assert len([row for row in rows_of(everything) if row[:2] == "P0"]) == 4
    assert '<input type="hidden" name="dialogues" value="all">' in everything


def test_a_dialogue_that_has_not_ended_in_all_runs_waits_for_the_others(client: Client) -> None:
    runs = make_runs(make_study(goal_count=1), {}, {"max_turns": 4})
    make_dialogues(list(runs[0].simulations.all()))
    assert "Figures will cover the 2 dialogues that all runs have. None has ended in all" in shown(client, runs)
    make_dialogue(runs[1].simulations.all()[0])
    assert "Figures cover the 1 dialogue that ended in all runs, of 2 that all runs have." in shown(client, runs)
    assert "Dialogues in these figures 1 1" in rows_of(shown(client, runs, "figures/"))
    runs[1].simulations.filter(finished_at=None).update(is_cancelled=True)
    assert "Figures cover the 1 dialogue that all runs have." in shown(client, runs)


def test_runs_without_a_common_dialogue_are_compared_with_a_warning(client: Client) -> None:
    runs = make_uneven_runs()
    runs[0].simulations.filter(goal__number=1).delete()
    page = shown(client, runs)
    assert "These runs have no dialogue of the same persona, goal and seed" in page
    assert len([row for row in rows_of(page) if row[:2] == "P0"]) == 4
    assert "Turns per dialogue 3.00 (0.00) 1.00 (0.00)" in rows_of(shown(client, runs, "figures/", done="1"))


def test_a_column_names_what_tells_its_run_apart_and_keeps_its_letter(client: Client) -> None:
    study = make_study()
    runs = make_runs(study, {"features": "none"}, {"features": "native_english"})
    for order in (runs, runs[::-1]):
        assert "Setting A none B native language" in rows_of(shown(client, order))
    runs.append(make_run(study, inquirer="mixtral"))
    header = "Setting A tiny, none B tiny, native language C mixtral, all"
    assert header in rows_of(shown(client, runs))


def test_fewer_than_two_and_more_than_eight_runs_are_refused_in_a_sentence(client: Client) -> None:
    runs = make_runs(make_study(), *({"max_turns": number} for number in range(1, 10)))
    assert "Choose at least two runs." in shown(client, runs[:1])
    assert "You chose 9 runs. Choose at most 8." in shown(client, runs)
    assert client.get(f"/studies/demo/compare/figures/?run={runs[0].token}").status_code == 404


def test_a_run_of_another_study_is_left_out(client: Client) -> None:
    [run] = make_runs(make_study(), {})
    other = make_run(make_study("other"))
    assert "Choose at least two runs." in shown(client, [run, other])


def test_a_row_leads_to_the_natural_dialogue_of_its_persona(client: Client) -> None:
    study = make_open_study(goal_count=1)
    participant = make_participant(study, external_id="person-1", state="finished", answers=FEATURES)
    natural = make_natural_dialogue(participant)
    runs = make_runs(study, {}, {"max_turns": 4})
    page = shown(client, runs)
    assert f"/dialogues/{natural.token}/" in page


def test_many_cells_are_read_page_by_page_with_few_queries(client: Client) -> None:
    study = make_study(goal_count=2, persona_count=0)
    Persona.objects.bulk_create(
        Persona(study=study, code=f"X{number:03}", source=Persona.Source.LISTED, features={}) for number in range(200)
    )
    runs = make_runs(study, {}, {"max_turns": 4})
    with CaptureQueriesContext(connection) as queries:
        first = shown(client, runs)
    assert len(queries) < 20
    assert first.count('<th scope="row">X') == 50
    assert "1 to 50 of 400" in first
    assert [row[:4] for row in rows_of(shown(client, runs, page="8")) if row[:1] == "X"][-1] == "X199"
    assert Simulation.objects.count() == 800

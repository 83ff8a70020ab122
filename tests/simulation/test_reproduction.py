"""From a run to its programme file, and back to the same run."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from simulation.models import Run, Simulation
from simulation.reproduction import Block, blocks_of, obstacles, write_programmes
from simulation.requests import RunRequest
from simulation.services import cancel_run, request_run
from studies.models import Dialogue, Persona, Study
from tests.factories import make_run, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
ODD = 'P "03"\\é'


def cells(run: Run) -> set[tuple[str, int, int]]:
    return set(run.simulations.values_list("persona__code", "goal__number", "seed"))


def requested(**fields: Any) -> Run:
    return request_run(Study.objects.get(), RunRequest("asker", "answerer", **fields))


def simulate_from(run: Run, folder: Path) -> None:
    """Write the run's programme files, and simulate from each of them."""
    for file in write_programmes(run):
        (folder / file.name).write_text(file.text, "utf-8")
        call_command("simulate", "--from", str(folder / file.name), stdout=StringIO())


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"seeds": (8479, 73)},
        {"goals": (2,), "personas": "1", "features": "age", "max_turns": 3},
        {"personas": ("P02",), "concurrency": 3},
    ],
)
def test_a_runs_programme_finds_the_same_run(tmp_path: Path, fields: dict[str, Any]) -> None:
    run = requested(**fields)
    before = cells(run)
    simulate_from(run, tmp_path)
    assert Run.objects.get() == run
    assert cells(run) == before
    assert Run.objects.get().concurrency == run.concurrency
    assert Dialogue.objects.count() == len(before)


def test_a_runs_programme_makes_the_same_run_where_there_is_none(tmp_path: Path) -> None:
    run = requested(seeds=(73, 321), features="gender", max_turns=4)
    identity, before = run.identity, cells(run)
    files = write_programmes(run)
    Simulation.objects.all().delete()
    run.delete()
    (tmp_path / "programme.toml").write_text(files[0].text, "utf-8")
    call_command("simulate", "--from", str(tmp_path / "programme.toml"), "--queue", stderr=StringIO())
    again = Run.objects.get()
    assert (again.identity, cells(again)) == (identity, before)


def test_participants_who_came_later_are_not_added(tmp_path: Path) -> None:
    study = Study.objects.get()
    run = requested()
    Persona.objects.create(study=study, code="p-001", source=Persona.Source.PARTICIPANT, features={})
    simulate_from(run, tmp_path)
    assert run.simulations.count() == 4


def test_a_run_that_grew_unevenly_needs_a_file_for_each_part(tmp_path: Path) -> None:
    requested(goals=(1,), seeds=(73,))
    run = requested(personas="1", seeds=(73, 321))
    before = cells(run)
    assert [file.name for file in write_programmes(run)] == [
        f"run-{run.token}.toml",
        f"run-{run.token}-2.toml",
        f"run-{run.token}-3.toml",
    ]
    simulate_from(run, tmp_path)
    assert cells(Run.objects.get()) == before


def test_cells_are_divided_into_every_combination_of_goals_personas_and_seeds() -> None:
    even = [(seed, goal, code) for seed in (73, 321) for goal in (1, 2) for code in ("P01", "P02")]
    assert blocks_of(even) == [Block((1, 2), ("P01", "P02"), (73, 321))]
    assert blocks_of([*even, (8479, 2, "P02")]) == [
        Block((1, 2), ("P01", "P02"), (73, 321)),
        Block((2,), ("P02",), (8479,)),
    ]
    assert blocks_of([]) == []


def test_cancelled_dialogues_are_left_out() -> None:
    run = requested()
    cancel_run(run)
    assert write_programmes(run) == []


def test_codes_with_quotes_and_backslashes_survive(tmp_path: Path) -> None:
    Persona.objects.create(study=Study.objects.get(), code=ODD, source=Persona.Source.LISTED, features={})
    run = requested()
    simulate_from(run, tmp_path)
    assert (ODD, 1, 73) in cells(Run.objects.get())


def test_a_changed_model_is_an_obstacle_that_is_named(settings: Settings, tmp_path: Path) -> None:
    run = requested()
    assert obstacles(run) == []
    text = settings.MODELS_FILE.read_text("utf-8")
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(text.replace("max_n = 8", "max_n = 7", 1), "utf-8")
    assert obstacles(run) == ["Model 'asker' has changed since. The command would start another run."]
    settings.MODELS_FILE.write_text(text.replace("[models.asker", "[models.gone"), "utf-8")
    assert obstacles(run)[0].startswith("There is no model 'asker' in ")


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


def test_the_page_shows_the_command_and_offers_the_file(client: Client) -> None:
    run = requested()
    assert f'hx-get="/runs/{run.token}/reproduce/"' in client.get(f"/runs/{run.token}/").text
    fragment = client.get(f"/runs/{run.token}/reproduce/").text
    assert f"<code>python manage.py simulate --from run-{run.token}.toml</code>" in fragment
    download = client.get(f"/runs/{run.token}/programme/1/")
    assert download.headers["Content-Disposition"] == f'attachment; filename="run-{run.token}.toml"'
    assert download.text == write_programmes(run)[0].text
    assert 'inquirer = "asker"\n' in download.text


@pytest.mark.parametrize("number", [0, 2])
def test_a_file_that_does_not_exist_is_not_found(client: Client, number: int) -> None:
    assert client.get(f"/runs/{requested().token}/programme/{number}/").status_code == 404


def test_an_imported_run_offers_no_command(client: Client) -> None:
    run = make_run(Study.objects.get())
    Run.objects.update(configuration=run.configuration | {"imported": True})
    assert "reproduce" not in client.get(f"/runs/{run.token}/").text
    assert client.get(f"/runs/{run.token}/reproduce/").status_code == 404
    assert client.get(f"/runs/{run.token}/programme/1/").status_code == 404


def test_a_run_that_records_only_its_models_says_so_instead_of_failing() -> None:
    run = requested()
    for speaker in ("inquirer", "responder"):
        run.configuration[speaker] = {"model": run.configuration[speaker]["model"]}
    run.save()
    assert obstacles(run)[0] == "This run does not record the prompt set of its inquirer. Start a new run."
    (programme,) = write_programmes(run)
    assert "_prompts" not in programme.text
    assert '# inquirer: "asker"\n' in programme.text

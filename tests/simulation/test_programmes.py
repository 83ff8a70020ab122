"""Programmes: one TOML file for several runs, with changes on the command line."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from simulation.models import Run, Simulation
from studies.models import Dialogue, Study
from tests.factories import make_study
from tests.installation import BASE_DIR
from tests.simulation.commanding import figures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
PROGRAMME = """study = "demo"
inquirers = ["asker", "tiny"]
responder = "answerer"
seeds = [73, 321]
"""
EXAMPLE = BASE_DIR / "paper.toml"
SPEAKERS = '[models.{0}]\nbackend = "scripted"\nreplies = ["FINISH"]\n{1}\n'
INQUIRER = '[models.{0}.inquirer]\nprompts = "llama-2"\ncoherence = {{ max_n = 8 }}'
RESPONDER = '[models.{0}.responder]\nprompts = "llama-2-responder"\ncoherence = {{ max_n = 5 }}'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "programme.toml"
    path.write_text(PROGRAMME, "utf-8")
    return path


def simulate(file: Path, *options: str) -> str:
    """Return the output of the command."""
    out = StringIO()
    call_command("simulate", "--from", str(file), *options, stdout=out)
    return out.getvalue()


def refusal(file: Path, *options: str) -> str:
    """Return the sentence with which the command fails before it stores anything."""
    with pytest.raises(CommandError) as caught:
        simulate(file, *options)
    sentence = str(caught.value)
    assert caught.value.returncode == 2
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert not Run.objects.exists()
    assert not Study.objects.exclude(frozen_at=None).exists()
    return sentence


def cells() -> set[tuple[str, str, int, int]]:
    return set(Simulation.objects.values_list("run__inquirer", "persona__code", "goal__number", "seed"))


def test_a_programme_makes_a_run_for_each_inquirer(file: Path) -> None:
    table = simulate(file)
    runs = {run.inquirer: run for run in Run.objects.all()}
    assert {run.state for run in runs.values()} == {Run.State.FINISHED}
    assert {run.responder for run in runs.values()} == {"answerer"}
    assert cells() == {
        (name, code, goal, seed) for name in runs for code in ("P01", "P02") for goal in (1, 2) for seed in (73, 321)
    }
    headings = [line for line in table.splitlines() if line.startswith("Inquirer")]
    assert headings == [f"Inquirer {name}, responder answerer (run {runs[name].token})" for name in ("asker", "tiny")]
    assert table.count("8 dialogues") == 2


def test_json_is_one_object_with_the_figures_of_each_run(file: Path) -> None:
    found = json.loads(simulate(file, "--json"))["runs"]
    assert [(run["inquirer"], run["responder"], run["dialogues"]) for run in found] == [
        ("asker", "answerer", 8),
        ("tiny", "answerer", 8),
    ]
    assert [run["run"] for run in found] == [Run.objects.get(inquirer=name).token for name in ("asker", "tiny")]
    assert list(found[0])[4:] == list(figures())


def test_a_programme_of_one_run_finds_the_run_of_the_options(file: Path) -> None:
    simulate(file, "--set", "inquirers=asker")
    figures("--seeds", "73,321")
    assert Run.objects.count() == 1
    assert Simulation.objects.count() == 8


def test_changes_replace_the_values_of_the_file(file: Path) -> None:
    simulate(
        file,
        "--set",
        "inquirers=tiny",
        "--set",
        "seeds=8479",
        "--set",
        "goals=2",
        "--set",
        "personas=P02",
        "--set",
        "max_turns=1",
    )
    assert cells() == {("tiny", "P02", 2, 8479)}
    assert Run.objects.get().configuration["max_turns"] == 1


def test_several_responders_meet_every_inquirer(file: Path) -> None:
    simulate(file, "--set", "responders=answerer, tiny", "--queue")
    pairs = set(Run.objects.values_list("inquirer", "responder"))
    assert pairs == {(one, other) for one in ("asker", "tiny") for other in ("answerer", "tiny")}


def test_out_holds_the_dialogues_of_all_runs(file: Path, tmp_path: Path) -> None:
    simulate(file, "--out", str(tmp_path / "dialogues.jsonl"))
    lines = [json.loads(line) for line in (tmp_path / "dialogues.jsonl").read_text("utf-8").splitlines()]
    assert [line["inquirer"]["model"] for line in lines] == ["asker"] * 8 + ["tiny"] * 8


def test_queue_opens_all_runs_to_the_workers(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(file, "--queue") == ""
    assert list(Run.objects.values_list("state", "is_queued")) == [(Run.State.RUNNING, True)] * 2
    assert capsys.readouterr().err.count("is queued: 8 dialogues to simulate.") == 2


def test_a_repeated_programme_adds_nothing(file: Path) -> None:
    first = json.loads(simulate(file, "--json"))["runs"]
    again = json.loads(simulate(file, "--json"))["runs"]
    assert [run["run"] for run in again] == [run["run"] for run in first]
    assert Dialogue.objects.count() == 16


def test_an_error_stops_only_its_run(file: Path, settings: Settings, tmp_path: Path) -> None:
    text = settings.MODELS_FILE.read_text("utf-8")
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(text.replace(', "FINISH"]', "]", 1), "utf-8")
    with pytest.raises(CommandError) as caught:
        simulate(file)
    assert str(caught.value).startswith("Inquirer asker, responder answerer: ")
    assert "has no reply number 3. Add it to its replies." in str(caught.value)
    assert dict(Run.objects.values_list("inquirer", "state")) == {"asker": Run.State.PAUSED, "tiny": Run.State.FINISHED}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "seeds = [73",
            "sedes = [73",
            ", line 4: there is no key 'sedes', perhaps you meant 'seeds'. Choose from: study, ",
        ),
        (
            "seeds = [73, 321]",
            "seeds = 73",
            ", line 4: seeds must be a list of whole numbers from 0, such as seeds = [73, 321",
        ),
        ("321]", "-1]", ", line 4: seeds must be a list of whole numbers from 0"),
        ("321]", f"{2**63}]", ", line 4: seeds must be a list of whole numbers from 0"),
        ("321]", "'321']", ", line 4: seeds must be a list of whole numbers from 0"),
        ('= "demo"', "= 3", ', line 1: study must be the short name of a study, such as study = "demo".'),
        ('"demo"', '"bee"', ", line 1: There is no study 'bee'. Choose from: demo."),
        ('study = "demo"', "", ": the key 'study' is missing: add the short name of a study"),
        ('responder = "answerer"', "", ": the key 'responders' is missing: add a model or a list of models"),
        ('responder = "answerer"', "responder = []", ", line 3: responders must be a model or a list of models"),
        (
            'responder = "ans',
            'responders = ["tiny"]\nresponder = "ans',
            ", line 4: write either responder or responders.",
        ),
        (', "tiny"]', ',\n  "bee"]', ", line 2: There is no model 'bee' in "),
        ('"tiny"]', '"answerer"]', ", line 2: Model 'answerer' has no [models.answerer.inquirer] table. Add one, or"),
        ('"answerer"', '"bee"', ", line 3: There is no model 'bee' in "),
        ("seeds", "goals = [1, 11]\nseeds", ", line 4: Study 'demo' has no goal 11. Choose from: 1, 2."),
        ("seeds", "goals = []\nseeds", ', line 4: goals must be "all" or a list of numbers, such as goals = [1, 4].'),
        ("seeds", f"goals = [{10**30}]\nseeds", ", line 4: goals must be "),
        ("seeds", "personas = 3\nseeds", ", line 4: Study 'demo' has 2 personas. Choose at most 2."),
        (
            "seeds",
            "personas = 0\nseeds",
            ', line 4: personas must be "all", "listed", "participants", "characters", a number from 1 or',
        ),
        ("seeds", "personas = 'some'\nseeds", ", line 4: personas must be "),
        ("seeds", "personas = ['P01', 'P9']\nseeds", ", line 4: Study 'demo' has no persona 'P9'. Its page lists"),
        ("seeds", "features = 'height'\nseeds", ", line 4: Unknown feature 'height'. Choose from: all, none, age"),
        ("seeds", "max_turns = 101\nseeds", ", line 4: max_turns must be a whole number from 1 to 100, such as"),
        ("seeds", "max_turns = true\nseeds", ", line 4: max_turns must be "),
        ("seeds", "concurrency = 0\nseeds", ", line 4: concurrency must be a whole number from 1"),
        ("seeds = [", "seeds = ", " is not valid TOML: "),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_with_its_line_and_nothing_is_stored(
    file: Path, old: str, new: str, sentence: str
) -> None:
    file.write_text(PROGRAMME.replace(old, new), "utf-8")
    assert refusal(file).startswith(f"{file}{sentence}")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("seeds", "--set seeds: write KEY=VALUE, for example --set seeds=73,321."),
        (
            "sedes=73",
            "--set sedes=73: there is no key 'sedes', perhaps you meant 'seeds'. Choose from: study, inquirers, ",
        ),
        ("seeds=one", "--set seeds=one: seeds must be a list of whole numbers from 0, such as seeds=73,321,8479."),
        ("seeds=", "--set seeds=: seeds must be "),
        ("max_turns=0", "--set max_turns=0: max_turns must be a whole number from 1 to 100, such as max_turns=12."),
        ("inquirers=asker,bee", "--set inquirers=asker,bee: There is no model 'bee' in "),
        ("inquirer=bee", "--set inquirers=bee: There is no model 'bee' in "),
        ("study=bee", "--set study=bee: There is no study 'bee'. Choose from: demo."),
        ("goals=3", "--set goals=3: Study 'demo' has no goal 3. Choose from: 1, 2."),
        ("features=height", "--set features=height: Unknown feature 'height'."),
    ],
)
def test_a_mistake_in_a_change_is_one_sentence_that_names_it(file: Path, change: str, sentence: str) -> None:
    assert refusal(file, "--set", change).startswith(sentence)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "missing.toml"
    assert refusal(file) == f"The programme file {file} cannot be read (No such file or directory). Correct --from."


def test_a_file_that_is_not_utf_8_is_one_sentence(file: Path) -> None:
    file.write_bytes(b'study = "demo"\n# caf\xe9\n')
    assert refusal(file) == f"{file}, line 2: the text is not UTF-8. Save the file as UTF-8."


def test_an_unfit_model_is_refused_before_any_run_is_stored(file: Path, settings: Settings, tmp_path: Path) -> None:
    text = settings.MODELS_FILE.read_text("utf-8")
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(text.replace("replies", "# replies", 3), "utf-8")
    assert refusal(file).startswith(f"{file}, line 2: Model 'asker' has no replies.")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--seeds", "73"], "--from takes its settings from the file. Replace --seeds by --set seeds=…."),
        (["demo"], "--from takes its settings from the file. Replace study by --set study=…."),
        (["--max-turns", "3"], "--from takes its settings from the file. Replace --max-turns by --set max_turns=…."),
    ],
)
def test_options_that_the_file_replaces_are_refused(file: Path, options: list[str], sentence: str) -> None:
    assert refusal(file, *options) == sentence


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "Add study and --inquirer and --responder, or name a programme with --from FILE."),
        (["demo", "--inquirer", "asker"], "Add --responder, or name a programme with --from FILE."),
        (["demo", "--set", "seeds=73"], "--set changes a programme. Name its file with --from."),
    ],
)
def test_what_is_missing_without_a_programme_is_one_sentence(options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("simulate", *options)
    assert (str(caught.value), caught.value.returncode) == (sentence, 2)


def test_the_example_is_the_papers_whole_programme(settings: Settings, tmp_path: Path) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    inquirers = ("llama-2", "mixtral", "vicuna", "gpt-4")
    tables = [SPEAKERS.format(name, INQUIRER.format(name)) for name in inquirers]
    responder = SPEAKERS.format("llama-2-13b-q5", RESPONDER.format("llama-2-13b-q5"))
    settings.MODELS_FILE.write_text("\n".join([*tables, responder]), "utf-8")
    Study.objects.all().delete()
    make_study(goal_count=10, persona_count=20)
    simulate(EXAMPLE, "--queue")
    assert {run.inquirer for run in Run.objects.all()} == set(inquirers)
    assert [run.simulations.count() for run in Run.objects.all()] == [600] * 4
    assert set(Simulation.objects.values_list("seed", flat=True)) == {73, 321, 8479}

"""Requests for runs: which run they find, which cells they add, and what is refused."""

from datetime import date
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from dialogue.thoughts import RULE
from simulation import services
from simulation.models import Run, Simulation
from simulation.requests import RequestError, RunRequest
from studies.models import Study
from tests.factories import make_study
from tests.simulation.scripts import MODELS_FILE, make_worker, request_run, started_run, work_off

pytestmark = pytest.mark.django_db


def cells_of(run: Run) -> set[tuple[str, int, int]]:
    return set(run.simulations.values_list("persona__code", "goal__number", "seed"))


def test_a_run_has_a_cell_for_every_persona_goal_and_seed_and_waits(study: Study) -> None:
    run = request_run(study, seeds=(73, 321))
    assert cells_of(run) == {(code, goal, seed) for code in ("P01", "P02") for goal in (1, 2) for seed in (73, 321)}
    assert (run.state, run.is_queued, run.message) == (Run.State.PAUSED, False, "")


def test_a_run_stores_everything_that_affects_its_dialogues(study: Study) -> None:
    configuration = request_run(study, features="age", max_turns=5).configuration
    assert (configuration["features"], configuration["max_turns"]) == ("age", 5)
    assert date.fromisoformat(configuration["inquirer"].pop("date"))
    assert configuration["inquirer"] == {
        "model": "asker",
        "label": "",
        "backend": "scripted",
        "server": {},
        "fingerprint": "",
        "dtype": "auto",
        "attention": "auto",
        "exact": True,
        "template": "own",
        "thoughts": RULE,
        "context": 4096,
        "prompts": "llama-2",
        "system": "message",
        "marks": ["[INST", "### Human:"],
        "sampling": {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "repeat_penalty": 1.0, "max_tokens": 1000},
        "coherence": {"max_n": 8, "repeats": 2},
        "regenerate_tries": 0,
    }
    assert configuration["responder"]["prompts"] == "llama-2-responder"


def test_the_same_request_finds_the_same_run(study: Study) -> None:
    first, again = request_run(study), request_run(study)
    assert first == again
    assert Simulation.objects.count() == 4


@pytest.mark.parametrize(
    ("fields", "added"),
    [
        ({"seeds": (321,)}, {("P01", 1, 321), ("P01", 2, 321), ("P02", 1, 321), ("P02", 2, 321)}),
        ({"seeds": (73, 321), "goals": (1,)}, {("P01", 1, 321), ("P02", 1, 321)}),
        ({"personas": "1"}, set()),
    ],
)
def test_asked_for_more_a_run_only_grows(study: Study, fields: dict[str, Any], added: set[Any]) -> None:
    run = request_run(study)
    before = cells_of(run)
    assert request_run(study, **fields) == run
    assert cells_of(run) == before | added


@pytest.mark.parametrize("fields", [{"features": "age"}, {"features": "none"}, {"max_turns": 11}])
def test_other_features_and_another_turn_limit_make_another_run(study: Study, fields: dict[str, Any]) -> None:
    assert request_run(study) != request_run(study, **fields)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_n = 8 }", "max_n = 7 }"),
        ('prompts = "llama-2"\n', 'prompts = "mixtral"\n'),
        ("[models.asker.inquirer]", "sampling = { temperature = 0.5 }\n[models.asker.inquirer]"),
        ("[models.asker.inquirer]", "[models.asker.inquirer]\nregenerate_tries = 1"),
        ("[models.asker.inquirer]", "exact = false\n[models.asker.inquirer]"),
        ("[models.answerer.responder]", "[models.answerer.responder]\nmax_tokens = 10"),
    ],
)
def test_other_sampling_prompts_checks_or_arithmetic_make_another_run(
    study: Study, tmp_path: Path, old: str, new: str
) -> None:
    models_file = Path(copy(MODELS_FILE, tmp_path))
    before = request_run(study, models_file=models_file)
    models_file.write_text(models_file.read_text("utf-8").replace(old, new), "utf-8")
    assert request_run(study, models_file=models_file) != before


def test_another_model_file_makes_another_run(study: Study, tmp_path: Path) -> None:
    weights = tmp_path / "m.gguf"
    script = MODELS_FILE.read_text("utf-8").replace("[models.asker.inq", 'file = "m.gguf"\n[models.asker.inq')
    (tmp_path / "models.toml").write_text(script, "utf-8")
    weights.write_bytes(b"first")
    before = request_run(study, models_file=tmp_path / "models.toml")
    weights.write_bytes(b"second")
    assert request_run(study, models_file=tmp_path / "models.toml") != before


def test_another_label_is_the_same_run(study: Study, tmp_path: Path) -> None:
    relabelled = tmp_path / "models.toml"
    text = MODELS_FILE.read_text("utf-8").replace("[models.asker]", '[models.asker]\nlabel = "for tests"', 1)
    relabelled.write_text(text, "utf-8")
    run = request_run(study)
    assert request_run(study, models_file=relabelled) == run
    services.start_run(run)
    assert work_off(run, make_worker(models_file=relabelled)).state == Run.State.FINISHED


def test_the_same_name_on_another_server_is_another_run(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    runs = []
    for url in ("http://one.example/v1", "http://two.example/v1"):
        served = f'[models.asker]\nbackend = "openai"\nmodel = "gpt"\nbase_url = "{url}"\n'
        text = MODELS_FILE.read_text("utf-8")
        file.write_text(served + text[text.index("[models.asker.inquirer]") :], "utf-8")
        runs.append(request_run(study, models_file=file))
    assert runs[0] != runs[1]


def test_a_left_out_setting_makes_another_run_which_names_it(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    runs = []
    for left_out in ("", 'leave_out = ["top_k", "seed"]\n'):
        served = f'[models.asker]\nbackend = "openai"\nmodel = "gpt"\n{left_out}'
        text = MODELS_FILE.read_text("utf-8")
        file.write_text(served + text[text.index("[models.asker.inquirer]") :], "utf-8")
        runs.append(request_run(study, models_file=file))
    assert runs[0] != runs[1]
    assert "leave_out" not in runs[0].configuration["inquirer"]["server"]
    assert runs[1].configuration["inquirer"]["server"]["leave_out"] == ["seed", "top_k"]


def test_the_same_request_in_another_study_is_another_run() -> None:
    assert request_run(make_study("first")) != request_run(make_study("second"))


def test_a_run_freezes_its_study_once(study: Study) -> None:
    assert not Study.objects.exclude(frozen_at=None).exists()
    request_run(study)
    frozen = Study.objects.exclude(frozen_at=None).get().frozen_at
    request_run(study, features="none")
    assert Study.objects.get().frozen_at == frozen


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (RunRequest("bee", "answerer"), "There is no model 'bee' in "),
        (RunRequest("asker", "bee"), "There is no model 'bee' in "),
        (RunRequest("answerer", "answerer"), "Model 'answerer' has no [models.answerer.inquirer] table. Add one, or"),
        (RunRequest("asker", "asker"), "Model 'asker' has no [models.asker.responder] table. Add one, or"),
        (RunRequest("asker", "answerer", goals=(1, 11)), "Study 'demo' has no goal 11. Choose from: 1, 2."),
        (RunRequest("asker", "answerer", personas="3"), "Study 'demo' has 2 personas. Choose at most 2."),
        (RunRequest("asker", "answerer", personas="participants"), "Study 'demo' has no personas of that kind"),
    ],
)
def test_what_cannot_be_met_is_refused_in_one_sentence_and_changes_nothing(
    study: Study, request_: RunRequest, sentence: str
) -> None:
    with pytest.raises(RequestError) as caught:
        services.request_run(study, request_, MODELS_FILE)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith(".")
    study.refresh_from_db()
    assert (Run.objects.count(), study.frozen_at) == (0, None)


def test_several_runs_are_requested_all_or_none(study: Study) -> None:
    met, unmet = RunRequest("asker", "answerer"), RunRequest("tiny", "answerer", goals=(11,))
    with pytest.raises(RequestError, match=r"has no goal 11\."):
        services.request_runs(study, [met, unmet], MODELS_FILE)
    study.refresh_from_db()
    assert (Run.objects.count(), study.frozen_at) == (0, None)
    runs = services.request_runs(study, [RunRequest("tiny", "answerer"), met], MODELS_FILE)
    assert [run.inquirer for run in runs] == ["tiny", "asker"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[models.asker.inq", 'file = "gone.gguf"\n[models.asker.inq', "gone.gguf of model 'asker' cannot be read"),
        ('prompts = "llama-2"\n', 'prompts = "llama-3"\n', "There is no prompt set 'llama-3' for this inquirer"),
        (
            'prompts = "llama-2"\n',
            'prompts = "llama-2-responder"\n',
            "no prompt set 'llama-2-responder' for this inquirer",
        ),
        ("backend =", "backned =", "Model 'asker' in "),
        ("[models.asker]", "[models.asker", "is not valid TOML"),
    ],
)
def test_a_models_file_that_cannot_be_used_is_refused_in_one_sentence(
    study: Study, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    models_file = tmp_path / "models.toml"
    models_file.write_text(MODELS_FILE.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(RequestError) as caught:
        request_run(study, models_file=models_file)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not Run.objects.exists()


def test_new_cells_open_a_finished_run_again(study: Study) -> None:
    run = work_off(started_run(study))
    assert run.state == Run.State.FINISHED
    assert request_run(study).state == Run.State.FINISHED
    assert request_run(study, seeds=(321,)).state == Run.State.PAUSED


def test_new_cells_join_a_run_that_is_running(study: Study) -> None:
    run = started_run(study)
    assert request_run(study, seeds=(321,)) == run
    assert run.simulations.count() == 8
    assert Run.objects.get().state == Run.State.RUNNING


@pytest.fixture
def study() -> Study:
    return make_study()

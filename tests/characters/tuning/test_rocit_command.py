"""``manage.py rocit``, in processes of an installation: trained, killed, continued, exported and used."""

import json
from pathlib import Path

import pytest

from characters.tuning.folders import read_samples
from dialogue.models_file import find_model, read_models
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.tuning import prepare
from tests.characters.tuning.rows import QUICK, write_models, write_rows
from tests.forks import run
from tests.installation import Installation
from tests.services.binaries import wait_until

LONG = (*QUICK, "--epochs", "12", "--batch", "1", "--accumulation", "4", "--dropout", "0")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("rocit")
    installation = Installation(folder / "var", {"MODELS_FILE": str(write_models(folder)), "OMP_NUM_THREADS": "1"})
    installation.migrate()
    write_rows(folder)
    return installation


def rows_of(site: Installation) -> tuple[str, ...]:
    folder = site.var_dir.parent
    return ("--model", "base", "--rows", str(folder / "train.jsonl"), "--descriptions", str(folder / "desc.json"))


def losses(site: Installation, name: str) -> list[float]:
    statement = (
        "SELECT name, loss FROM characters_losspoint JOIN characters_tuning ON tuning_id = characters_tuning.id"
        " ORDER BY characters_losspoint.step"
    )
    return [loss for tuning, loss in site.query(statement) if tuning == name]


def refused(site: Installation, *arguments: str) -> str:
    done = run("-m", "manage", "rocit", *arguments, environment=site.environment)
    assert done.returncode == 2, done.stderr
    return done.stderr


def outputs(site: Installation, *commands: tuple[str, ...]) -> list[str]:
    """Return what these commands print in one process, because each process imports torch for five seconds."""
    program = f"""
import io, json
from django.core.management import call_command
printed = [io.StringIO() for _ in {commands!r}]
for command, output in zip({commands!r}, printed):
    call_command("rocit", *command, stdout=output)
print(json.dumps([output.getvalue() for output in printed]))
"""
    found: list[str] = json.loads(site.evaluate(program).splitlines()[-1])
    return found


def uninterrupted(site: Installation, name: str) -> list[float]:
    """Return the losses of the same tuning in this process."""
    rows = site.query("SELECT name, folder, configuration FROM characters_tuning")
    folder, configuration = next((folder, made) for tuning, folder, made in rows if tuning == name)
    recipe = Recipe(**json.loads(configuration)["recipe"])
    spec = find_model(Path(site.settings["MODELS_FILE"]), "base")
    training = prepare(spec, read_samples(Path(folder)), recipe, site.var_dir / "uninterrupted").training
    return [point.loss for point in training.run()]


@pytest.mark.computes
@pytest.mark.timeout(900)  # two processes import torch
def test_a_killed_training_continues_with_the_same_curve(site: Installation) -> None:
    with site.run("manage", "rocit", "train", "killed", *rows_of(site), *LONG) as process:
        wait_until(lambda: len(losses(site, "killed")) > 4, seconds=400, what="no five steps are stored")
        process.kill()
        process.wait()
    assert len(losses(site, "killed")) < 24
    done = json.loads(site.manage("rocit", "train", "killed", "--json").stdout)
    assert done["steps"] == len(losses(site, "killed")) == 24
    assert losses(site, "killed") == pytest.approx(uninterrupted(site, "killed"), rel=1e-4)


@pytest.mark.computes
@pytest.mark.timeout(900)
def test_an_adapter_is_exported_and_becomes_a_model_in_one_step(site: Installation) -> None:
    folder, models = site.var_dir.parent, Path(site.settings["MODELS_FILE"])
    before = models.read_text()
    file = folder / "two.gguf"
    trained, exported, _ = outputs(
        site,
        ("train", "two", *rows_of(site), *QUICK, "--add", "played", "--json"),
        ("export", "two", str(file), "--add", "two-gguf"),
        ("merge", "two", str(folder / "merged"), "--add", "two-merged"),
    )
    done = json.loads(trained)
    assert (done["samples"], done["roles"], done["steps"], done["left_out"]) == (8, 2, 8, 0)
    assert "is now a model in" in exported
    assert models.read_text().startswith(before)
    assert str(find_model(models, "played").adapter) == done["adapter"]
    assert find_model(models, "two-gguf").file == file
    assert find_model(models, "two-merged").model == str(folder / "merged")
    assert "There is already a model 'played'" in refused(site, "add", "two", "played")
    assert "already exists. Choose another name." in refused(site, "export", "two", str(file))
    assert not read_models(models).mistakes


def test_what_cannot_be_done_is_one_sentence(site: Installation) -> None:
    assert "There is no adapter 'none'." in refused(site, "merge", "none", "there")
    assert "Name the base model with --model." in refused(site, "train", "new")
    assert "There is already a model 'base'" in refused(site, "train", "new", *rows_of(site), "--add", "base")
    assert "Model 'base' has no GGUF file." in refused(site, "unpack", "base", "there")
    assert "Omit --json and --add." in refused(site, "train", "new", *rows_of(site), "--queue", "--json")
    assert "Set it to 1 or more." in refused(site, "train", "new", *rows_of(site), "--epochs", "0")

"""``manage.py rocit``, in processes of an installation: trained, killed, continued, exported and used."""

import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from characters.tuning.folders import read_samples
from dialogue.models_file import find_model, read_models
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.tuning import prepare
from tests.characters.tuning.rows import QUICK, write_models, write_rows
from tests.forks import run
from tests.installation import Installation
from tests.services.binaries import wait_until

LONG = (*QUICK, "--epochs", "24", "--batch", "1", "--accumulation", "4", "--dropout", "0")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("rocit")
    installation = Installation(folder / "var", {"MODELS_FILE": str(write_models(folder))})
    installation.migrate()
    write_rows(folder)
    return installation


def rows_in(folder: Path) -> tuple[str, ...]:
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


def uninterrupted(site: Installation, name: str) -> list[float]:
    """Return the losses of the same tuning in this process."""
    rows = site.query("SELECT name, folder, configuration FROM characters_tuning")
    folder, configuration = next((folder, made) for tuning, folder, made in rows if tuning == name)
    recipe = Recipe(**json.loads(configuration)["recipe"])
    spec = find_model(Path(site.settings["MODELS_FILE"]), "base")
    training = prepare(spec, read_samples(Path(folder)), recipe, site.var_dir / "uninterrupted").training
    return [point.loss for point in training.run()]


@pytest.mark.computes
@pytest.mark.timeout(900)  # a process imports torch
def test_a_killed_training_continues_with_the_same_curve(site: Installation) -> None:
    with site.run("manage", "rocit", "train", "killed", *rows_in(site.var_dir.parent), *LONG) as process:
        os.setpriority(os.PRIO_PROCESS, process.pid, 19)  # so that it does not end before this process has looked
        wait_until(lambda: len(losses(site, "killed")) > 4, seconds=400, what="no five steps are stored")
        process.kill()
        process.wait()
    assert len(losses(site, "killed")) < 48
    done = json.loads(site.manage("rocit", "train", "killed", "--json").stdout)
    assert done["steps"] == len(losses(site, "killed")) == 48
    assert losses(site, "killed") == pytest.approx(uninterrupted(site, "killed"), rel=1e-4)


@pytest.mark.computes
@pytest.mark.timeout(900)
def test_an_adapter_is_exported_and_becomes_a_model_in_one_step(site: Installation) -> None:
    folder, models = site.var_dir.parent, Path(site.settings["MODELS_FILE"])
    before = models.read_text()
    file = folder / "two.gguf"
    done = json.loads(
        site.manage("rocit", "train", "two", *rows_in(folder), *QUICK, "--add", "played", "--json").stdout
    )
    assert (done["samples"], done["roles"], done["steps"], done["left_out"]) == (8, 2, 8, 0)
    assert "is now a model in" in site.manage("rocit", "export", "two", str(file), "--add", "two-gguf").stdout
    site.manage("rocit", "merge", "two", str(folder / "merged"), "--add", "two-merged")
    assert models.read_text().startswith(before)
    assert str(find_model(models, "played").adapter) == done["adapter"]
    assert find_model(models, "two-gguf").file == file
    assert find_model(models, "two-merged").model == str(folder / "merged")
    assert "There is already a model 'played'" in refused(site, "add", "two", "played")
    assert "already exists. Choose another name." in refused(site, "export", "two", str(file))
    assert not read_models(models).mistakes


@pytest.mark.django_db
def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, settings: Settings) -> None:
    settings.MODELS_FILE = write_models(tmp_path)
    write_rows(tmp_path)
    for arguments, sentence in (
        (("merge", "none", "there"), "There is no adapter 'none'."),
        (("train", "new"), "Name the base model with --model."),
        (("train", "new", *rows_in(tmp_path), "--add", "base"), "There is already a model 'base'"),
        (("unpack", "base", "there"), "Model 'base' has no GGUF file."),
        (("train", "new", *rows_in(tmp_path), "--queue", "--json"), "Omit --json and --add."),
        (("train", "new", *rows_in(tmp_path), "--epochs", "0"), "Set it to 1 or more."),
    ):
        with pytest.raises(CommandError, match=sentence) as raised:
            call_command("rocit", *arguments)
        assert raised.value.returncode == 2

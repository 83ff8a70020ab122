"""``manage.py analyse``, from a file of judgements to results, tables, figures and a report."""

import csv
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from analysis.reporting.portfolio import write_files
from analysis.reporting.results import results
from analysis.statistics.analysis import analyse as analyse_frame
from analysis.statistics.judgements import read_judgements
from tests.analysis.reference import FOLDER

TABLES = ("table-3", "table-10-none", "table-10-holm", "table-10-tukey", "effects", "contrasts", "sensitivity")
FIGURES = ("detection-by-model", "contrasts", "random-effects", "durations")
"""Those that data without choices and confidence allow."""
MODEL_KEYS = {"status", "message", "fixed_effects", "sd", "log_likelihood", "letters", "contrasts"}
ROW_KEYS = {
    "pairs",
    "detected",
    "undetected",
    "undetectability",
    "confidence",
    *(f"{what}_{subset}" for what in ("duration", "utterance") for subset in ("detected", "undetected", "total")),
}


def analyse(path: Path, out: Path) -> str:
    """Return the output of the command."""
    printed = StringIO()
    call_command("analyse", str(path), "--out", str(out), stdout=printed, stderr=StringIO())
    return printed.getvalue()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a folder with all files of a typical study, and the printed output."""
    out = tmp_path_factory.mktemp("typical") / "out"
    return out, analyse(FOLDER / "data" / "typical.csv", out)


def results_of(path: Path) -> dict[str, Any]:
    """Return the content of results.json without drawing figures, which takes seconds."""
    frame = read_judgements(path)
    found: dict[str, Any] = json.loads(json.dumps(results(frame, analyse_frame(frame).models), allow_nan=False))
    return found


def read_results(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "results.json").read_text("utf-8"))
    return found


def test_all_files_are_written_and_the_report_is_printed(written: tuple[Path, str]) -> None:
    out, printed = written
    tables = {f"{name}.{form}" for name in TABLES for form in ("csv", "tex")}
    figures = {f"{name}.{form}" for name in FIGURES for form in ("svg", "pdf")}
    assert {path.name for path in out.iterdir()} == {"results.json", "report.txt"} | tables | figures
    assert "The inquirer models differ, χ²(3) = 15.18, p = .002." in printed
    assert "The column choice is missing, so these results are left out: figure 13" in printed
    assert (out / "report.txt").read_text("utf-8") in printed


def test_figures_that_the_data_do_not_allow_are_listed(tmp_path: Path) -> None:
    printed = analyse(FOLDER / "data" / "edge_one_model.csv", tmp_path)
    assert "Figure “figure-2” is missing: The judgements do not say how confident evaluators were." in printed
    assert "Figure “contrasts” is missing: There is only one model, gpt-4" in printed
    assert {path.name for path in tmp_path.glob("*.svg")} == {"durations.svg"}


def test_files_are_the_same_when_written_again(written: tuple[Path, str], tmp_path: Path) -> None:
    analyse(FOLDER / "data" / "typical.csv", tmp_path)
    for path in written[0].iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_results_have_their_fixed_shape(written: tuple[Path, str]) -> None:
    found = read_results(written[0])
    assert list(found) == ["n", "levels", "detected", "utterance_number", "duration", "detection_table"]
    assert (found["n"], found["levels"]) == (800, ["gpt-4", "llama-2-70b", "mixtral-8x7b", "vicuna-13b"])
    assert set(found["detected"]) == {*MODEL_KEYS, "wald", "lrt"}
    assert set(found["duration"]) == {*MODEL_KEYS, "f"}
    assert list(found["detected"]["fixed_effects"]) == [
        "(Intercept)",
        "model[llama-2-70b]",
        "model[mixtral-8x7b]",
        "model[vicuna-13b]",
    ]
    assert set(found["detected"]["fixed_effects"]["(Intercept)"]) == {"estimate", "se", "z", "p"}
    assert set(found["duration"]["fixed_effects"]["(Intercept)"]) == {"estimate", "se", "t", "df", "p"}
    assert set(found["detected"]["sd"]) == {"participant", "generator_user"}
    assert set(found["duration"]["sd"]) == {"participant", "generator_user", "residual"}
    assert set(found["detected"]["contrasts"][0]) == {"a", "b", "estimate", "se", "z", "p", "p_holm", "p_tukey"}
    assert set(found["duration"]["contrasts"][0]) == {"a", "b", "estimate", "se", "t", "df", "p", "p_holm", "p_tukey"}
    assert set(found["duration"]["f"]) == {"F", "df_num", "df_den", "p"}
    assert set(found["detected"]["wald"]) == set(found["detected"]["lrt"]) == {"chi2", "df", "p"}
    assert set(found["detected"]["letters"]) == {"none", "holm", "tukey"}
    assert set(found["detection_table"]) == {*found["levels"], "overall"}
    assert set(found["detection_table"]["overall"]) == ROW_KEYS


@pytest.mark.parametrize("path", sorted((FOLDER / "data").glob("*.csv")), ids=lambda path: path.stem)
def test_every_odd_case_has_its_table_and_a_status(path: Path) -> None:
    found = results_of(path)
    for outcome in ("detected", "utterance_number", "duration"):
        model = found[outcome]
        assert model["status"] in ("ok", "singular", "separated", "not_converged", "not_applicable")
        assert bool(model["message"]) == (model["status"] != "ok")
        assert (model["fixed_effects"] is None) == (model["status"] == "not_applicable")
    assert found["detection_table"]["overall"]["pairs"] == found["n"]


def test_separated_models_are_null_and_accompanied_by_the_penalised_fit() -> None:
    detected = results_of(FOLDER / "data" / "separation.csv")["detected"]
    assert detected["fixed_effects"]["model[vicuna-13b]"] == {"estimate": None, "se": None, "z": None, "p": None}
    assert detected["wald"] is None
    assert detected["lrt"]["p"] < 1e-40
    assert detected["penalised"]["fixed_effects"]["model[vicuna-13b]"]["estimate"] == pytest.approx(5.44, abs=0.01)


def test_letters_of_table_10_begin_with_the_best(written: tuple[Path, str]) -> None:
    text = (written[0] / "table-10-none.csv").read_text("utf-8")
    rows = {row["model"]: row for row in csv.DictReader(StringIO(text))}
    assert rows["mixtral-8x7b"] == {
        "model": "mixtral-8x7b",
        "Detection probability*": "A",
        "Utterance number*": "A",
        "Duration*": "A",
    }
    assert rows["gpt-4"]["Detection probability*"] == "C"


@pytest.mark.usefixtures("figures_without_images")
def test_without_optional_columns_the_models_are_not_applicable(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("participant,generator_user,model,detected\ne-1,p-1,a,1\ne-2,p-2,b,0\n", "utf-8")
    analyse(path, tmp_path / "out")
    found = read_results(tmp_path / "out")
    assert found["duration"]["message"] == "The data have no column duration."
    assert found["detection_table"]["a"]["confidence"] == {"detected": {}, "undetected": {}, "total": {}}


def test_bad_data_end_in_a_sentence_with_status_2_and_without_files(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("participant,generator_user,model,detected\ne-1,p-1,a,7\n", "utf-8")
    with pytest.raises(CommandError, match="row 2: detected is '7'") as refusal:
        analyse(path, tmp_path / "out")
    assert refusal.value.returncode == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("figures_without_images")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(CommandError, match="cannot be written") as refusal:
        analyse(FOLDER / "data" / "edge_one_model.csv", blocked)
    assert refusal.value.returncode == 2


@pytest.mark.usefixtures("figures_without_images")
def test_a_model_without_a_known_outcome_is_in_every_table_and_hinders_none(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    data = (FOLDER / "data" / "typical.csv").read_text("utf-8").splitlines()
    path.write_text("\n".join(re.sub("(gpt-4),[01],", r"\1,,", line) for line in data), "utf-8")
    analyse(path, tmp_path / "out")
    found = read_results(tmp_path / "out")
    assert found["levels"][0] == "gpt-4"
    assert list(found["detection_table"]) == [*found["levels"], "overall"]
    assert found["detection_table"]["gpt-4"]["pairs"] == 0
    assert "model[mixtral-8x7b]" in found["detected"]["fixed_effects"]
    assert "model[llama-2-70b]" not in found["detected"]["fixed_effects"]  # the base
    assert "model[llama-2-70b]" in found["duration"]["fixed_effects"]


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupted() -> Iterator[tuple[str, bytes]]:
        yield "results.json", b"{}"
        assert not (tmp_path / "out").exists()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_files(interrupted(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("figures_without_images")
def test_writing_again_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    for name in ("edge_one_model", "two_models"):
        analyse(FOLDER / "data" / f"{name}.csv", tmp_path)
    assert read_results(tmp_path)["levels"] == ["gpt-4", "llama-2-70b"]
    assert (tmp_path / "mine.txt").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]

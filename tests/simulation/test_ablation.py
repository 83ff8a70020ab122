"""Ablations: one request for a run with no persona feature, with each alone, and with all."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dialogue.personas import FEATURES, describe
from simulation.models import Run
from studies.models import Dialogue, Study
from tests.simulation.commanding import refusal, simulate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
SEVEN = ["none", *FEATURES, "all"]


def conditions() -> list[str]:
    return [run.features for run in Run.objects.order_by("pk")]


def simulate_programme(tmp_path: Path, features: str, *options: str) -> None:
    file = tmp_path / "ablation.toml"
    file.write_text(f'study = "demo"\ninquirer = "asker"\nresponder = "answerer"\ngoals = [1]\n{features}\n', "utf-8")
    call_command("simulate", "--from", str(file), *options, stdout=StringIO())


def test_one_command_plays_the_seven_conditions_of_the_paper() -> None:
    table = simulate("--features", "ablation", "--goals", "1", "--personas", "1")
    assert sorted(conditions()) == sorted(SEVEN)
    persona = Study.objects.get().personas.get(code="P01").features
    told = set(Dialogue.objects.values_list("persona_sentence", flat=True))
    single = {describe({key: value}) for key, value in persona.items()}
    assert told == single | {describe({}), describe(persona)}
    assert table.count("1 dialogue\n") == 7
    assert "Inquirer asker, responder answerer, no persona features (run" in table
    assert "Inquirer asker, responder answerer, persona feature native language alone (run" in table


def test_the_command_ends_with_table_2() -> None:
    lines = simulate("--features", "none,age", "--goals", "1", "--personas", "1").splitlines()
    # "What is a bear?" and "And what is a bee?" are 6 different words of 9, and 5 different pairs of 7.
    assert [line.split() for line in lines[-3:]] == [
        ["persona", "TTR", "distinct-1", "distinct-2", "dialogues", "words", "per", "dialogue"],
        ["none", "0.667", "(0.000)", "0.667", "(0.000)", "0.714", "(0.000)", "1", "9.0"],
        ["age", "0.667", "(0.000)", "0.667", "(0.000)", "0.714", "(0.000)", "1", "9.0"],
    ]
    assert "mean (variance)" not in simulate("--goals", "1", "--personas", "1")


def test_table_2_covers_the_requested_dialogues_although_a_run_has_more() -> None:
    simulate("--goals", "1,2", "--personas", "2")
    lines = simulate("--features", "native_english,all", "--goals", "1", "--personas", "1").splitlines()
    assert [(line.split()[0], line.split()[-2]) for line in lines[-2:]] == [("native", "1"), ("all", "1")]


def test_the_conditions_are_the_features_of_the_studys_own_form() -> None:
    study = Study.objects.get()
    Study.objects.update(questionnaire=[one for one in study.questionnaire if one["key"] in ("age", "gender")])
    simulate("--features", "ablation", "--queue")
    assert sorted(conditions()) == ["age", "all", "gender", "none"]


def test_a_study_without_features_has_nothing_to_leave_out() -> None:
    Study.objects.update(questionnaire=[])
    assert refusal("--features", "ablation") == (
        "The questionnaire of study 'demo' has no features, so there is nothing to leave out. Add some first."
    )


def test_repeating_the_command_adds_nothing() -> None:
    simulate("--features", "ablation", "--goals", "1", "--queue")
    simulate("--features", "ablation", "--goals", "1", "--queue")
    assert Run.objects.count() == 7


def test_single_conditions_can_be_listed_and_are_named_in_json() -> None:
    out = simulate("--features", "none, age,none", "--goals", "1", "--json")
    runs: list[dict[str, Any]] = json.loads(out)["runs"]
    assert [run["features"] for run in runs] == ["none", "age"]


def test_a_mistyped_feature_in_a_list_stores_nothing() -> None:
    assert "Unknown feature 'height'" in refusal("--features", "none,height")
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("features", "expected"),
    [('features = "ablation"', SEVEN), ('features = ["none", "age"]', ["none", "age"]), ("", ["all"])],
)
def test_a_programme_names_conditions(tmp_path: Path, features: str, expected: list[str]) -> None:
    simulate_programme(tmp_path, features, "--queue")
    assert sorted(conditions()) == sorted(expected)


def test_set_changes_the_conditions_of_a_programme(tmp_path: Path) -> None:
    simulate_programme(tmp_path, 'features = "all"', "--set", "features=none,age", "--queue")
    assert sorted(conditions()) == ["age", "none"]


def test_a_mistake_in_a_programmes_list_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"ablation\.toml, line 5: Unknown feature 'height'"):
        simulate_programme(tmp_path, 'features = ["none", "height"]', "--queue")
    assert not Run.objects.exists()

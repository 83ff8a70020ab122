"""Requesting a run on a study's page."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import Settings

from dialogue.personas import FEATURES
from simulation.models import Run, Simulation
from tests.factories import make_dialogues, make_staff, make_study

pytestmark = pytest.mark.django_db
MODELS = """
[models.asker]
label = "for trying out the software, not for research"
backend = "scripted"
replies = ["FINISH"]
[models.asker.inquirer]
prompts = "llama-2"
coherence = { max_n = 8 }

[models.answerer]
backend = "scripted"
replies = ["Yes."]
[models.answerer.responder]
prompts = "llama-2-responder"
coherence = { max_n = 5 }

[models.remote]
backend = "openai"
model = "gpt-4"
key_env = "NO_SUCH_KEY"
[models.remote.inquirer]
prompts = "gpt-4"
coherence = { max_n = 4 }

[models.gone]
backend = "llama_cpp"
file = "gone.gguf"
[models.gone.inquirer]
prompts = "llama-2"
coherence = { max_n = 8 }
"""
FORM = {
    "inquirer": "asker",
    "responder": "answerer",
    "goals": ["1", "2"],
    "personas": "all",
    "persona_count": "",
    "features": "all",
    "seeds": "73",
    "max_turns": "12",
}


@pytest.fixture
def client(settings: Settings, tmp_path: Path) -> Client:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(MODELS)
    make_study(goal_count=2, persona_count=3)
    client = Client()
    client.force_login(make_staff())
    return client


def ask(client: Client, **answers: Any) -> Any:
    return client.post("/studies/demo/", FORM | answers)


def test_the_form_offers_each_side_the_models_that_can_play_it(client: Client) -> None:
    page = client.get("/studies/demo/simulate/").text
    assert page.count('name="inquirer"') == 3
    assert page.count('name="responder"') == 1


def test_the_form_says_what_a_model_is_not_for_and_what_it_lacks(client: Client) -> None:
    page = client.get("/studies/demo/simulate/").text
    assert '<strong>asker</strong> <span class="label">for trying out the software, not for research</span>' in page
    assert "gone.gguf is missing." in page
    assert "The environment variable NO_SUCH_KEY is not set." in page


def test_a_run_is_made_with_all_its_cells_started_and_shown(client: Client) -> None:
    response = ask(client)
    run = Run.objects.get()
    assert response.headers["Location"] == f"/runs/{run.token}/"
    assert (run.state, run.is_queued, run.simulations.count()) == (Run.State.RUNNING, True, 6)


def test_each_chosen_inquirer_makes_a_run(client: Client, settings: Settings) -> None:
    settings.MODELS_FILE.write_text(MODELS + MODELS[: MODELS.index("[models.answerer]")].replace("asker", "second"))
    response = ask(client, inquirer=["asker", "second"])
    assert response.headers["Location"] == "/studies/demo/simulate/"
    assert {(run.inquirer, run.state, run.simulations.count()) for run in Run.objects.all()} == {
        ("asker", Run.State.RUNNING, 6),
        ("second", Run.State.RUNNING, 6),
    }
    assert "2 runs were started." in client.get("/studies/demo/simulate/").text


def test_several_runs_can_be_prepared_without_starting_them(client: Client, settings: Settings) -> None:
    settings.MODELS_FILE.write_text(MODELS + MODELS[: MODELS.index("[models.answerer]")].replace("asker", "second"))
    ask(client, inquirer=["asker", "second"], prepare="yes")
    assert list(Run.objects.values_list("state", flat=True)) == [Run.State.PAUSED] * 2
    assert "2 runs were prepared." in client.get("/studies/demo/simulate/").text


def test_runs_that_have_all_requested_dialogues_are_not_called_started(client: Client, settings: Settings) -> None:
    settings.MODELS_FILE.write_text(MODELS + MODELS[: MODELS.index("[models.answerer]")].replace("asker", "second"))
    ask(client)
    run = Run.objects.get()
    make_dialogues(list(run.simulations.all()))
    Run.objects.update(state=Run.State.FINISHED, started_by=None)
    ask(client, inquirer=["asker", "second"])
    said = client.get("/studies/demo/simulate/").text
    assert "1 run was started; 1 exists already and has all these dialogues." in said
    run.refresh_from_db()
    assert (run.state, run.started_by) == (Run.State.FINISHED, None)
    ask(client)
    assert "1 run exists already and has all these dialogues." in client.get(f"/runs/{run.token}/").text


def test_features_have_short_names_in_the_form_and_on_pages(client: Client) -> None:
    ask(client, features="native_english")
    page = client.get("/studies/demo/simulate/").text
    assert "native language alone" in page
    assert "persona features: native language" in page
    run = Run.objects.get()
    assert run.configuration["features"] == "native_english"
    assert "persona features: native language." in client.get(f"/runs/{run.token}/").text


def planned(client: Client, **answers: Any) -> str:
    """Return the sentence about the runs and dialogues that the form makes."""
    page = client.get("/studies/demo/planned-runs/", FORM | answers)
    assert page.status_code == 200
    return " ".join(strip_tags(page.text).split())


def test_the_form_says_how_many_runs_and_dialogues_its_first_choices_make(client: Client) -> None:
    page = " ".join(strip_tags(client.get("/studies/demo/simulate/").text).split())
    assert "1 run with 6 dialogues (3 personas × 2 goals × 1 seed)." in page


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            {"inquirer": ["asker", "gone"]},
            "2 runs with 6 dialogues each (3 personas × 2 goals × 1 seed): 12 dialogues in all.",
        ),
        (
            {"seeds": "73,321,8479", "personas": "some", "persona_count": "1", "goals": ["2"]},
            "1 run with 3 dialogues (1 persona × 1 goal × 3 seeds).",
        ),
        ({"personas": "listed"}, "1 run with 6 dialogues (3 personas × 2 goals × 1 seed)."),
        ({"personas": "participants"}, "1 run with 0 dialogues (0 personas × 2 goals × 1 seed)."),
        ({"seeds": "x"}, "Complete the form to see how many dialogues it will make."),
        ({"inquirer": []}, "Complete the form to see how many dialogues it will make."),
    ],
)
def test_the_form_counts_runs_and_dialogues_before_it_is_sent(
    client: Client, answers: dict[str, Any], sentence: str
) -> None:
    assert planned(client, **answers) == sentence
    assert not Run.objects.exists()


def test_a_run_can_be_prepared_without_starting_it(client: Client) -> None:
    ask(client, prepare="yes")
    assert Run.objects.get().state == Run.State.PAUSED


def test_a_run_is_made_of_what_was_chosen(client: Client) -> None:
    ask(client, goals=["2"], personas="some", persona_count="2", seeds="73, 321", features="age", max_turns="4")
    run = Run.objects.get()
    cells = set(Simulation.objects.values_list("persona__code", "goal__number", "seed"))
    assert cells == {("P01", 2, 73), ("P02", 2, 73), ("P01", 2, 321), ("P02", 2, 321)}
    assert (run.configuration["features"], run.configuration["max_turns"]) == ("age", 4)


def test_asking_again_adds_only_what_is_missing(client: Client) -> None:
    ask(client, goals=["1"])
    ask(client)
    assert Run.objects.get().simulations.count() == 6


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"inquirer": []}, "Choose at least one inquirer."),
        ({"inquirer": ["asker", "gone"]}, "gone.gguf of model"),
        ({"responder": ""}, "Choose the responder."),
        ({"inquirer": "answerer"}, "answerer is not one of the available choices"),
        ({"goals": []}, "Choose at least one goal."),
        ({"goals": ["9"]}, "9 is not one of the available choices"),
        ({"personas": "some"}, "Enter the number of personas."),
        ({"personas": "some", "persona_count": "4"}, "The study has 3 personas. Choose at most 3."),
        ({"personas": "all", "persona_count": "2"}, "Choose “the first personas, by code” above, or leave this empty."),
        ({"personas": "some", "persona_count": "0"}, "greater than or equal to 1"),
        ({"seeds": "73;321"}, "Enter seeds as whole numbers separated by commas"),
        ({"seeds": ""}, "This field is required."),
        ({"seeds": "99999999999999999999"}, "Enter seeds of at most 18 digits."),
        ({"max_turns": "0"}, "greater than or equal to 1"),
        ({"max_turns": "many"}, "Enter a whole number."),
        ({"personas": "participants"}, "has no personas of that kind"),
        ({"inquirer": "gone"}, "gone.gguf of model"),
    ],
)
def test_what_cannot_be_met_is_one_sentence_and_nothing_is_written(
    client: Client, answers: dict[str, Any], sentence: str
) -> None:
    response = ask(client, **answers)
    assert response.status_code == 422
    assert sentence in response.text
    assert "No run was started." in response.text
    assert not Run.objects.exists()


def test_a_sentence_about_an_answer_belongs_to_its_field(client: Client) -> None:
    page = ask(client, seeds="x").text
    assert 'aria-describedby="id_seeds_helptext id_seeds_error"' in page
    assert 'id="id_seeds_error">Enter seeds as whole numbers' in page


def test_what_was_typed_is_still_there_after_an_error(client: Client) -> None:
    page = ask(client, seeds="x", max_turns="7", goals=["2"]).text
    assert 'value="7"' in page
    assert page.count(" checked") == 4  # the two models, one goal, all personas


def test_without_a_model_for_a_side_the_form_says_what_to_add(client: Client, settings: Settings) -> None:
    settings.MODELS_FILE.write_text("")
    assert "No model in models.toml can inquire" in client.get("/studies/demo/simulate/").text
    assert ask(client).status_code == 422


def test_an_ablation_is_planned_and_requested_for_each_inquirer(client: Client) -> None:
    assert "ablation: none, each feature alone, all (7 runs)" in client.get("/studies/demo/simulate/").text
    plan = client.get("/studies/demo/planned-runs/", FORM | {"features": "ablation"}).text
    assert "7 runs with 6 dialogues each" in " ".join(strip_tags(plan).split())
    shown = ask(client, features="ablation").headers["Location"]
    features = {run.token: run.features for run in Run.objects.all()}
    address, _, query = shown.partition("?")
    assert address == "/studies/demo/compare/"
    assert [features[token] for token in parse_qs(query)["run"]] == ["none", *FEATURES, "all"]

"""A run with the chatbot of a condition: by page and by command, and again from its programme file."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from evaluation.planning.chatbots import identify_chatbot
from simulation.models import Run
from simulation.reproduction import obstacles, write_programmes
from simulation.requests import RequestError, RunRequest
from studies.models import Study
from tests.factories import make_staff
from tests.simulation.test_new_run import FORM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def study() -> Study:
    study = Study.objects.get()
    study.conditions.create(name="cold", chatbot="answerer", prompts="llama-2-responder", sampling={"temperature": 0.2})
    study.conditions.create(name="usual", chatbot="answerer")
    return study


def test_the_page_and_the_command_find_the_same_run_and_its_programme_too(study: Study, tmp_path: Path) -> None:
    client = Client()
    client.force_login(make_staff())
    page = client.get(f"/studies/{study.slug}/simulate/").text
    assert "the chatbot of the condition “cold”" in page
    goals = [str(goal.number) for goal in study.goals.all()]
    form = FORM | {"responder": "condition: cold", "goals": goals}
    answer = client.post(f"/studies/{study.slug}/", form)
    assert answer.status_code == 302
    run = Run.objects.get()
    assert run.configuration["responder"]["sampling"]["temperature"] == 0.2
    assert (run.responder, run.configuration["responder"]["prompts"]) == ("answerer", "llama-2-responder")
    call_command("simulate", study.slug, "--inquirer", "asker", "--condition", "cold", "--queue")
    [file] = write_programmes(run)
    assert "responder_sampling = { temperature = 0.2 }" in file.text
    (tmp_path / file.name).write_text(file.text)
    call_command("simulate", "--from", str(tmp_path / file.name))
    assert Run.objects.get() == run
    assert obstacles(run) == []
    dialogue = study.dialogues.first()
    assert dialogue is not None
    assert identify_chatbot(dialogue.responder, "") == identify_chatbot(run.configuration["responder"], "")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--condition", "hot"], "has no condition 'hot'. Choose from: cold, usual."),
        (["--condition", "cold", "--responder", "answerer"], "--condition names the responder. Leave out --responder."),
        (["--condition", "cold", "--responder-prompts", "plain"], "brings its prompt set, sampling and character."),
    ],
)
def test_what_contradicts_the_condition_is_refused_in_a_sentence(
    study: Study, options: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence.replace(".", r"\.")):
        call_command("simulate", study.slug, "--inquirer", "asker", *options)
    assert not Run.objects.exists()


def test_an_impossible_sampling_is_refused() -> None:
    with pytest.raises(RequestError, match=r"sampling .* is invalid"):
        RunRequest("asker", "answerer", responder_sampling=(("temperature", 99.0),))


def test_a_programme_makes_a_run_with_each_conditions_chatbot(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "programme.toml"
    file.write_text(f'study = "{study.slug}"\ninquirer = "asker"\ncondition = "cold"\ngoals = [1]\npersonas = 1\n')
    call_command("simulate", "--from", str(file), "--queue")
    call_command("simulate", "--from", str(file), "--queue", "--set", "conditions=cold,usual")
    made = [run.configuration["responder"]["sampling"].get("temperature") for run in Run.objects.order_by("pk")]
    assert (len(made), made[0]) == (2, 0.2)
    for old, new, sentence in (
        ('"cold"', '"hot"', r"line 3: Study '\w+' has no condition 'hot'\. Choose from: cold, usual\."),
        ("goals", 'responder = "answerer"\ngoals', "line 3: conditions name the responders, so leave out responders"),
        ("goals", 'responder_prompts = "plain"\ngoals', "line 3: The condition 'cold' brings its prompt set, sampling"),
    ):
        wrong = tmp_path / "wrong.toml"
        wrong.write_text(file.read_text().replace(old, new))
        with pytest.raises(CommandError, match=sentence):
            call_command("simulate", "--from", str(wrong), "--queue")
    assert Run.objects.count() == 2

"""Models without a system role: the system text reaches them in another way, which the run records, or they are refused."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from benchmarks.random_llama import Shape, random_weights, write_gguf
from collection.research.opening import what_it_lacks
from dialogue import prompts
from dialogue.backends.scripted import ScriptedModel
from simulation.casting import Casting
from simulation.models import Run, Simulation
from simulation.run_identity import identify
from studies.language_models.identities import is_still
from studies.models import Dialogue, Study
from tests.factories import make_staff, make_study
from tests.simulation.commanding import refusal
from tests.simulation.scripts import ANSWERS, ASKS, make_worker, request_run, work_off

pytestmark = pytest.mark.django_db
SYSTEM = prompts.load_responder("llama-2-responder").system.strip()
FORGETFUL = "{% for m in messages if m.role != 'assistant' %}<|{{ m.role }}|>{{ m.content }}{% endfor %}<|assistant|>"
SPEAKERS = """
[models.{name}.inquirer]
prompts = "llama-2"
coherence = {{ max_n = 8 }}
[models.{name}.responder]
prompts = "llama-2-responder"
coherence = {{ max_n = 5 }}
"""


@pytest.fixture
def study() -> Study:
    return make_study(goal_count=1, persona_count=1)


@pytest.fixture
def models_file(tmp_path: Path, settings: Settings) -> Path:
    file: Path = settings.MODELS_FILE
    file = settings.MODELS_FILE = tmp_path / "models.toml"
    return file


def scripted(file: Path, settings: str = "") -> Path:
    """Write two scripted models with ``settings``."""
    tables = [
        f'[models.{name}]\nbackend = "scripted"\nreplies = ["x"]\n{settings}{SPEAKERS.format(name=name)}'
        for name in ("asker", "answerer")
    ]
    file.write_text("".join(tables))
    return file


def with_template(file: Path, source: str, settings: str = "") -> Path:
    """Write two small models, "asker" and "answerer", with this chat template."""
    shape = Shape(hidden=8, layers=1, heads=1, feed_forward=8)
    write_gguf(file.with_name("m.gguf"), shape, random_weights(shape), template=source)
    tables = [
        f'[models.{name}]\nbackend = "llama_cpp"\nfile = "m.gguf"\ncontext = 2048\nslots = 1\n{settings}'
        f"{SPEAKERS.format(name=name)}"
        for name in ("asker", "answerer")
    ]
    file.write_text("".join(tables))
    return file


def written(name: str) -> str:
    return Path(f"tests/data/templates/{name}.jinja").read_text("utf-8")


def heard(models_file: Path, study: Study) -> tuple[list[str], list[str]]:
    """Return the roles and the first message in both speakers' histories before their second output."""
    asker, answerer = ScriptedModel(ASKS), ScriptedModel(ANSWERS)
    run = work_off(
        started(request_run(study, models_file=models_file)),
        make_worker({"asker": asker, "answerer": answerer}, models_file),
    )
    assert run.state == Run.State.FINISHED
    read = [model.requests[1].messages for model in (asker, answerer)]
    return (
        [" ".join(message.role for message in messages) for messages in read],
        [messages[0].content for messages in read],
    )


def started(run: Run) -> Run:
    from simulation import services

    services.start_run(run)
    return run


def test_in_front_of_the_first_user_message_both_sides_read_every_word(models_file: Path, study: Study) -> None:
    roles, first = heard(scripted(models_file, 'system = "first_user"\n'), study)
    assert roles == ["user assistant user"] * 2
    assert first[0].startswith("You are ")
    assert study.goals.get().text in first[0]
    assert first[1] == f"{SYSTEM}\n\nQ1"


def test_as_a_message_it_has_its_role(models_file: Path, study: Study) -> None:
    roles, _ = heard(scripted(models_file), study)
    assert roles == ["system user assistant user"] * 2


def test_a_chatbot_without_instructions_reads_the_dialogue_only(models_file: Path, study: Study) -> None:
    scripted(models_file)
    models_file.write_text(models_file.read_text().replace("[models.answerer]", '[models.answerer]\nsystem = "none"'))
    roles, first = heard(models_file, study)
    assert roles == ["system user assistant user", "user assistant user"]
    assert first[1] == "Q1"


def test_an_inquirer_without_its_persona_is_refused_before_a_run_is_made(models_file: Path, study: Study) -> None:
    scripted(models_file, 'system = "none"\n')
    assert "leaves out its persona" in refusal()
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", ["passes-over-system", "refuses-system"])
def test_the_way_is_found_by_rendering_and_is_part_of_the_run(name: str, models_file: Path, study: Study) -> None:
    run = request_run(study, models_file=with_template(models_file, written(name)))
    assert [run.configuration[speaker]["system"] for speaker in ("inquirer", "responder")] == ["first_user"] * 2


def test_the_page_of_a_run_says_how_its_models_are_spoken_to(models_file: Path, study: Study) -> None:
    run = request_run(study, models_file=with_template(models_file, written("refuses-system"), 'marks = ["<b>"]\n'))
    client = Client()
    client.force_login(make_staff())
    page = client.get(f"/runs/{run.token}/").text
    assert page.count("<dd>before the first user message</dd>") == 2
    assert page.count("<dd><code>&lt;b&gt;</code></dd>") == 2
    assert page.count(f"<dd>{run.created_at.date().isoformat()}</dd>") == 2


def test_the_way_and_the_marks_identify_a_run(models_file: Path, study: Study) -> None:
    runs = {
        request_run(study, models_file=scripted(models_file, settings)).pk
        for settings in ("", 'system = "message"\n', 'system = "first_user"\n', 'marks = ["<|end|>"]\n', "marks = []\n")
    }
    assert len(runs) == 4


def test_a_template_that_loses_an_answer_is_refused_everywhere(models_file: Path, study: Study, capsys: Any) -> None:
    with_template(models_file, FORGETFUL)
    with pytest.raises(CommandError, match="asker, answerer"):
        call_command("models")
    said = "its chat template leaves out the assistant's message"
    assert f"NOT USABLE: Model 'asker' cannot be the inquirer: {said}" in capsys.readouterr().out
    assert said in refusal()
    study.chatbot = "answerer"
    (reason,) = what_it_lacks(study)
    assert f"Model 'answerer' cannot be the responder: {said}" in reason
    assert "models.toml" in reason


def test_the_page_for_a_new_run_refuses_it_too(models_file: Path, study: Study) -> None:
    with_template(models_file, FORGETFUL)
    client = Client()
    client.force_login(make_staff())
    form = {"inquirer": "asker", "responder": "answerer", "goals": ["1"], "personas": "all", "features": "all"}
    page = client.post("/studies/demo/", form | {"persona_count": "", "seeds": "73", "max_turns": "12"})
    assert "its chat template leaves out" in page.text
    assert not Run.objects.exists()


@pytest.mark.parametrize("name", ["leaves-a-loop", "marks-answers", "tells-the-date"])
def test_templates_of_today_are_ready_and_say_how_they_are_used(name: str, models_file: Path, capsys: Any) -> None:
    with_template(models_file, written(name))
    call_command("models")
    said = capsys.readouterr().out
    assert "NOT USABLE" not in said
    assert "responder: system text as a message; a self-reply is cut at '<|over|>' '<|user|>' '<|assistant|>'" in said


def test_a_run_keeps_the_date_on_which_it_was_made(models_file: Path, study: Study, monkeypatch: Any) -> None:
    scripted(models_file)
    run = request_run(study, models_file=models_file)
    today = run.created_at.date()
    monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=1))
    again = request_run(study, models_file=models_file)
    assert again == run
    assert date.fromisoformat(again.configuration["responder"]["date"]) == today
    model = ScriptedModel(ASKS)
    work_off(started(again), make_worker({"asker": model, "answerer": ScriptedModel(ANSWERS)}, models_file))
    assert {request.sampling.today for request in model.requests} == {today}
    assert Dialogue.objects.get().responder["date"] == today.isoformat()


def test_a_run_of_an_earlier_version_is_found_and_goes_on(models_file: Path, study: Study) -> None:
    scripted(models_file)
    run = request_run(study, models_file=models_file)
    speakers = {
        speaker: {
            key: value for key, value in run.configuration[speaker].items() if key not in ("system", "marks", "date")
        }
        for speaker in ("inquirer", "responder")
    }
    Run.objects.filter(pk=run.pk).update(configuration=run.configuration | speakers)
    assert identify(run.configuration | speakers) == run.identity
    assert request_run(study, models_file=models_file) == run
    old = Simulation.objects.get(run=run)
    speaker = Casting(models_file, lambda _: ScriptedModel(ANSWERS)).cast(old).responder
    assert (speaker.system_way, speaker.checks.markers) == ("message", ("[INST", "### Human:"))


def test_what_was_unknown_when_a_dialogue_began_stays_as_it_was(models_file: Path, study: Study) -> None:
    described = dict(request_run(study, models_file=with_template(models_file, written("marks-answers"))).configuration)
    responder = {key: item for key, item in described["responder"].items() if key not in ("system", "marks")}
    assert is_still(models_file, responder, "responder")
    assert not is_still(models_file, responder | {"marks": ["<|other|>"]}, "responder")
    assert not is_still(models_file, responder | {"system": "first_user"}, "responder")

"""A study opens only after its chatbot has answered a test message like those of participants."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from collection.chat.database import in_database
from collection.models import Recruitment
from collection.research.opening import NotReady, NotReadyYet, open_study
from dialogue.backends import registry
from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec
from studies.language_models import trial
from studies.language_models.measurements import Measurements
from studies.models import Study
from tests.collection.chat.pages import write_models
from tests.dialogue.backends.servers import chat_server
from tests.factories import make_staff, make_study

PAGE = "/studies/demo/collecting/"


@pytest.fixture
def study(db: None) -> Study:
    made = make_study()
    Study.objects.update(chatbot="bot")
    made.refresh_from_db()
    return made


class Measuring:
    """A measurement of speed that takes until ``let_go`` is set."""

    def __init__(self) -> None:
        self.times, self.is_needed = 0, True
        self.problem: Exception | None = None
        self.let_go = threading.Event()

    def measure(self, _spec: ModelSpec) -> None:
        self.times += 1
        assert self.let_go.wait(60)
        if self.problem:
            raise self.problem
        self.is_needed = False

    def end(self) -> None:
        """Let the measurement end, and wait for its thread."""
        self.let_go.set()
        for thread in threading.enumerate():
            if thread.name == "measure bot":
                thread.join(60)
        self.let_go.clear()


def describe(settings: Settings, folder: Path, **fields: Any) -> None:
    settings.MODELS_FILE = write_models(folder, **fields)


def test_the_chatbot_gets_the_first_goal_with_the_settings_of_the_study_and_the_models_are_closed(
    study: Study, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe(settings, tmp_path)
    asked: list[Any] = []
    load = registry.open_model

    def watched(spec: Any) -> Any:
        asked.append(load(spec))
        return asked[-1]

    monkeypatch.setattr(registry, "open_model", watched)
    open_study(study)
    assert Recruitment.objects.get().is_open
    (request,) = asked[0].requests
    assert [message.role for message in request.messages] == ["system", "user"]
    assert request.messages[-1].content == study.goals.all()[0].text
    assert request.sampling.max_tokens == 1000
    assert registry._open == {}


@pytest.mark.parametrize("was_open", [None, False])
def test_a_chatbot_that_fails_keeps_the_study_closed_and_its_sentence_is_shown(
    study: Study, settings: Settings, tmp_path: Path, was_open: bool | None
) -> None:
    describe(settings, tmp_path, replies=[])
    if was_open is not None:
        Recruitment.objects.create(study=study, is_open=was_open)
    client = Client()
    client.force_login(make_staff())
    page = client.post(PAGE, {"action": "open"}, follow=True).text.replace("&#x27;", "'")
    assert "The study was not opened because its chatbot 'bot' did not answer a test message." in page
    assert "Model 'bot' has no reply number 1. Add it to its replies." in page
    assert not Recruitment.objects.filter(is_open=True).exists()
    assert not Recruitment.objects.exclude(chatbot_answered_at=None).exists()


@pytest.mark.parametrize("replies", [[""], ["  \n "]])
def test_silence_is_no_answer(study: Study, settings: Settings, tmp_path: Path, replies: list[str]) -> None:
    describe(settings, tmp_path, replies=replies)
    with pytest.raises(NotReady, match="Its reply was empty"):
        open_study(study)


def test_nobody_waits_for_ever(
    study: Study, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe(settings, tmp_path, pause=60)
    monkeypatch.setattr(trial, "PATIENCE", 0.05)
    with pytest.raises(NotReadyYet, match=r"did not begin to answer within .* seconds\. It may still be loading"):
        open_study(study)
    silent = {"backend": "openai", "model": "m", "base_url": "http://127.0.0.1:9", "replies": []}
    describe(settings, tmp_path, **silent)
    with pytest.raises(NotReady, match=r"seconds\. Check the server that runs it") as refused:
        open_study(study)
    assert not isinstance(refused.value, NotReadyYet)


def test_a_command_waits_longer_than_a_page(
    study: Study, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe(settings, tmp_path, pause=0.1, replies=["Hello."])
    monkeypatch.setattr(trial, "PATIENCE", 0.02)
    open_study(study, patience=30)
    assert Recruitment.objects.get().is_open


def test_a_slow_chatbot_that_has_begun_to_speak_is_no_failure(
    study: Study, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe(settings, tmp_path, pause=0.2, replies=["word " * 400])
    monkeypatch.setattr(trial, "PATIENCE", 3.0)
    open_study(study)
    assert Recruitment.objects.get().is_open


def test_thoughts_that_use_up_the_limit_are_no_answer(study: Study, settings: Settings, tmp_path: Path) -> None:
    describe(settings, tmp_path, replies=["<think>" + "hm " * 1100])
    with pytest.raises(
        NotReady, match=r"Its thoughts used up its output limit\. Raise .* in \[models\.bot\.responder\]"
    ):
        open_study(study)


def test_a_chatbot_that_thinks_for_long_is_no_failure(
    study: Study, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe(settings, tmp_path, pause=0.2, replies=["<think>" + "hm " * 400])
    monkeypatch.setattr(trial, "PATIENCE", 3.0)
    open_study(study)
    assert Recruitment.objects.get().is_open


def test_the_chatbot_is_asked_no_longer_than_needed(study: Study, settings: Settings, tmp_path: Path) -> None:
    describe(settings, tmp_path, pause=0.001, replies=["word " * 200_000])
    open_study(study)
    assert Recruitment.objects.get().is_open


def test_a_chatbot_that_changed_meanwhile_is_checked_again(study: Study, settings: Settings, tmp_path: Path) -> None:
    describe(settings, tmp_path)
    stale = Study.objects.get()
    Study.objects.update(chatbot="tiny")
    with pytest.raises(NotReady, match="was changed during the test"):
        open_study(stale)
    assert not Recruitment.objects.exists()


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Measuring]:
    """A model whose speed must be measured first, which ends when ``let_go`` is set."""
    found = Measuring()
    monkeypatch.setattr(trial, "measurements", Measurements())
    monkeypatch.setattr(registry, "needs_measuring", lambda _spec: found.is_needed)
    monkeypatch.setattr(registry, "measure", found.measure)
    yield found
    found.let_go.set()


def test_a_page_does_not_wait_for_a_chatbot_that_is_being_measured(
    study: Study, settings: Settings, tmp_path: Path, unmeasured: Measuring
) -> None:
    describe(settings, tmp_path)
    client = Client()
    client.force_login(make_staff())
    for _ in range(2):
        page = client.post(PAGE, {"action": "open"}, follow=True).text.replace("&#x27;", "'")
        assert "The study is not open yet. The speed of model 'bot' on this machine is being measured" in page
    assert not Recruitment.objects.filter(is_open=True).exists()
    assert unmeasured.times == 1
    unmeasured.end()
    client.post(PAGE, {"action": "open"})
    assert Recruitment.objects.get().is_open


def test_a_page_with_scripts_tries_again_by_itself_but_not_for_ever(
    study: Study, settings: Settings, tmp_path: Path, unmeasured: Measuring
) -> None:
    describe(settings, tmp_path)
    client = Client(headers={"HX-Request": "true"})
    client.force_login(make_staff())
    shown = client.post(PAGE, {"action": "open"}).text
    (begun,) = re.findall(r'hx-vals=\'{"begun": (\d+)}\'', shown)
    assert "is being measured" in shown
    assert begun in client.post(PAGE, {"action": "open", "begun": begun}).text
    assert "hx-trigger" in client.post(PAGE, {"action": "open", "begun": "never"}).text
    late = client.post(PAGE, {"action": "open", "begun": str(int(begun) - 1000)})
    assert late["HX-Redirect"] == PAGE
    unmeasured.end()
    assert client.post(PAGE, {"action": "open", "begun": begun})["HX-Redirect"] == PAGE
    assert Recruitment.objects.get().is_open


def test_why_a_chatbot_could_not_be_measured_is_said_and_the_next_attempt_measures_again(
    study: Study, settings: Settings, tmp_path: Path, unmeasured: Measuring
) -> None:
    describe(settings, tmp_path)
    unmeasured.problem = ModelMisconfigured("Every engine crashed.")
    with pytest.raises(NotReady, match="is being measured"):
        open_study(study)
    unmeasured.end()
    with pytest.raises(NotReady, match=r"did not answer a test message\. Every engine crashed\."):
        open_study(study)
    with pytest.raises(NotReady, match="is being measured"):
        open_study(study)
    unmeasured.end()
    assert unmeasured.times == 2


def test_a_command_waits_for_the_measurement(
    study: Study, settings: Settings, tmp_path: Path, unmeasured: Measuring
) -> None:
    describe(settings, tmp_path)
    open_study(study, patience=30)
    assert Recruitment.objects.get().is_open
    assert unmeasured.times == 0


@pytest.mark.django_db(transaction=True)
async def test_a_server_asks_on_its_own_loop_and_keeps_the_model_for_participants(
    settings: Settings, tmp_path: Path
) -> None:
    def opened() -> None:
        study = make_study()
        study.chatbot = "bot"
        study.save()
        open_study(study)

    async with chat_server(answer="Yes.") as server:
        describe(settings, tmp_path, backend="openai", model="m", base_url=server.url, replies=[])
        await in_database(opened)
        assert [message["role"] for message in server.requests[0]["messages"]] == ["system", "user"]
        assert any(server.url in engine for engine in registry._open)
        await registry.close_models()


def test_the_demo_study_is_opened_when_its_chatbot_answers(
    db: None, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text("")
    call_command("load_demo")
    assert "models.toml has no responder 'tiny'" in capsys.readouterr().err
    assert not Recruitment.objects.get().is_open
    describe(settings, tmp_path)
    settings.MODELS_FILE.write_text(settings.MODELS_FILE.read_text().replace("models.bot", "models.tiny"))
    call_command("load_demo")
    assert Recruitment.objects.get().is_open
    Recruitment.objects.update(is_open=False)
    call_command("load_demo")
    assert not Recruitment.objects.get().is_open, "a researcher closed it"

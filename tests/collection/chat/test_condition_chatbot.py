"""The chatbot of a condition answers with its prompt set and its sampling."""

from pathlib import Path

import pytest
from pytest_django import Settings

from collection.participation.goals import begin_goal
from collection.research.opening import NotReady, open_study
from dialogue.backends.registry import open_model
from dialogue.backends.scripted import ScriptedModel
from dialogue.models_file import find_model
from dialogue.prompt_file import write_prompts
from dialogue.prompts import load_responder
from studies.models import Dialogue
from studies.prompt_sets.versions import store_version
from tests.collection.chat.pages import REPLIES, open_page, write_models
from tests.collection.factories import enrol_participant, make_open_study


@pytest.fixture
def chat(settings: Settings, tmp_path: Path, transactional_db: None) -> Dialogue:
    settings.MODELS_FILE = write_models(tmp_path)
    text = write_prompts(load_responder("llama-2-responder")).replace("helpful", "laconic")
    study = make_open_study(chatbot="bot")
    store_version("brief", text)
    for name in ("one", "two"):
        study.conditions.create(name=name, prompts="brief@1", sampling={"temperature": 0.25}, instruction=name)
    dialogue = begin_goal(enrol_participant(study))
    assert dialogue is not None
    return dialogue


async def test_it_answers_with_the_conditions_prompt_set_and_sampling(chat: Dialogue, settings: Settings) -> None:
    async with open_page(chat) as page:
        await page.say("What is a bear?")
        await page.wait_for("done", state="complete")
        assert page.text == REPLIES[0]
    model = open_model(find_model(settings.MODELS_FILE, "bot"))
    assert isinstance(model, ScriptedModel)
    [request] = [one for one in model.requests if one.conversation == f"chat-{chat.token}"]
    assert "laconic" in request.messages[0].content
    assert request.sampling.temperature == 0.25
    assert (chat.responder["prompts"], chat.responder["chosen_sampling"]) == ("brief@1", {"temperature": 0.25})


@pytest.mark.django_db
def test_a_study_opens_only_when_the_chatbot_of_each_condition_answers(settings: Settings, tmp_path: Path) -> None:
    file = settings.MODELS_FILE = write_models(tmp_path)
    silent = file.read_text().replace("[models.bot", "[models.silent").replace(REPLIES[0], " ")
    file.write_text(f"{file.read_text()}\n{silent}")
    study = make_open_study(chatbot="bot", is_open=False)
    study.conditions.create(name="usual")
    with pytest.raises(NotReady, match="needs at least two"):
        open_study(study)
    study.conditions.create(name="silent", chatbot="silent")
    with pytest.raises(NotReady, match="its chatbot 'silent' did not answer a test message"):
        open_study(study)
    study.conditions.filter(name="silent").update(chatbot="bot", instruction="Otherwise.")
    open_study(study)

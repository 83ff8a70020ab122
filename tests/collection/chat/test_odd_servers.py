"""A chatbot behind an unusual server: a participant who has read a complete answer keeps it."""

from pathlib import Path

import pytest
from pytest_django import Settings

from collection.chat.database import in_database
from collection.chat.endings import UNAVAILABLE
from studies.models import Output, Turn
from tests.collection.chat.pages import make_chat, open_page, write_models
from tests.dialogue.backends.odd.answers import CHUNKS, ENDS, FILES
from tests.dialogue.backends.odd.server import TEXT, Odd, odd_server

NAMES = (
    "filter results without delta (Azure)",
    "usage without numbers",
    "[DONE] without finish_reason",
    "reset after the end",
    "half a surrogate pair alone",
)


@pytest.mark.parametrize(
    "odd", [odd for odd in (*FILES, *CHUNKS, *ENDS) if odd.name in NAMES], ids=lambda odd: odd.name
)
@pytest.mark.usefixtures("transactional_db")
async def test_a_whole_answer_is_kept_with_what_is_known_of_it(odd: Odd, settings: Settings, tmp_path: Path) -> None:
    async with odd_server(odd) as url:
        settings.MODELS_FILE = write_models(tmp_path, backend="openai", model="m", base_url=url, replies=[])
        chat = await in_database(make_chat)
        async with open_page(chat) as page:
            await page.say("How fast is it?")
            done = await page.wait_for("done")
    turn, output = await in_database(chat.turns.get), await in_database(Output.objects.get)
    assert (done["state"], done["message"], turn.state) == ("complete", "", Turn.State.COMPLETE)
    assert turn.response in (TEXT, "a\ufffd")
    assert (output.raw, output.completion_tokens) == (turn.response, None)


@pytest.mark.usefixtures("transactional_db")
async def test_a_web_page_instead_of_a_chatbot_is_reported_to_the_participant_and_in_the_log(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page_server = next(odd for odd in FILES if odd.name == "a web page")
    async with odd_server(page_server) as url:
        settings.MODELS_FILE = write_models(tmp_path, backend="openai", model="m", base_url=url, replies=[])
        async with open_page(await in_database(make_chat)) as page:
            await page.say("How fast is it?")
            done = await page.wait_for("done")
    assert (done["state"], done["message"]) == ("failed", UNAVAILABLE)
    assert f"{url} answers with web pages, not as an OpenAI-compatible API. Correct `base_url` of 'bot'" in caplog.text
    assert "Traceback" not in caplog.text

"""What pages hear at once, before they look for themselves."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from collection.chat import watching
from collection.chat.database import in_database
from collection.models import Participant
from collection.participation.goals import leave_dialogues
from collection.participation.withdrawal import withdraw
from studies.models import Dialogue
from tests.collection.chat.pages import open_page


def leave() -> None:
    leave_dialogues(Dialogue.objects.all(), timezone.now())


def withdraw_everybody() -> None:
    for participant in Participant.objects.all():
        withdraw(participant)


@pytest.mark.parametrize("end", [leave, withdraw_everybody])
async def test_pages_of_a_dialogue_that_is_over_hear_it_at_once(
    chat: Dialogue, end: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a look at the database, from which they would hear of everything later."""
    monkeypatch.setattr(watching, "LOOK", 3600)
    async with open_page(chat) as page:
        await in_database(end)
        assert (await page.next())["type"] == "moved"

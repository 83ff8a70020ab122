"""The page of a dialogue's branches: the form, one click for a negative control, both sides beside each other."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from dialogue.backends.base import BackendError
from dialogue.backends.scripted import ScriptedModel
from simulation.branches.pages import MOST_COLUMNS
from simulation.branches.queue import BRANCHES
from simulation.models import Branch
from studies.models import Dialogue, Turn
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.factories import make_staff
from tests.simulation.branches.branching import branch_at, play, simulated_dialogue
from tests.simulation.scripts import AT_ONCE, MODELS_FILE, scripts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


@pytest.fixture
def parent() -> Dialogue:
    return simulated_dialogue()


def look(client: Client, parent: Dialogue, turn: int) -> str:
    return client.get(f"/dialogues/{parent.token}/branches/{turn}/").text


def send(client: Client, parent: Dialogue, turn: int, **data: Any) -> Any:
    return client.post(f"/dialogues/{parent.token}/branches/{turn}/", data, follow=True)


def words(part: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", part).split())


def rows(page: str) -> list[str]:
    """Return the text of each row of the table."""
    return [words(row) for row in page.split('<table class="branches">')[1].split("</table>")[0].split("</tr>")[:-1]]


def test_a_dialogue_links_to_each_of_its_turns_and_to_what_follows_the_last(client: Client, parent: Dialogue) -> None:
    page = client.get(f"/dialogues/{parent.token}/").text
    assert re.findall(r"/branches/(\d)/", page) == ["1", "2", "3"]
    branch_at(parent, 2)
    branch = branch_at(parent, 2)
    assert "2 at turn 2" in client.get(f"/dialogues/{parent.token}/").text
    assert "compare both from turn 2 on" in client.get(f"/dialogues/{branch.dialogue.token}/").text


def ending_row(page: str) -> str:
    return next(row for row in rows(page) if row.startswith("End"))


def played_by(branch: Branch) -> str:
    found = branch.environments.get()
    return f"Played by {found.worker} with version {found.content['software']}."


def test_the_form_says_which_models_lack_their_file_or_key(
    client: Client, parent: Dialogue, settings: Settings, tmp_path: Path
) -> None:
    tables = '[models.lost]\nbackend = "llama_cpp"\nfile = "gone.gguf"\n'
    tables += '[models.locked]\nbackend = "openai"\nmodel = "m"\nkey_env = "NO_SUCH_KEY"\n'
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(MODELS_FILE.read_text("utf-8") + tables, "utf-8")
    page = look(client, parent, 2)
    assert "lost (its file is missing)" in page
    assert "locked (NO_SUCH_KEY is not set) (sends the dialogue to OpenAI)" in page


def test_a_new_seed_and_a_repetition_take_one_click(client: Client, parent: Dialogue) -> None:
    send(client, parent, 2, action="control")
    send(client, parent, 2, action="control")
    send(client, parent, 2, action="repeat")
    found = Branch.objects.order_by("pk")
    assert [branch.dialogue.seed for branch in found] == [74, 75, 73]
    assert all(branch.is_queued and branch.is_running and branch.started_by for branch in found)


def test_a_double_click_starts_one_branch_and_a_click_after_it_another(client: Client, parent: Dialogue) -> None:
    for _ in range(2):
        page = look(client, parent, 2)
        keys = re.findall('name="key" value="([^"]+)"', page)
        assert len(keys) == 2 and len(set(keys)) == 1
        for _click in range(2):
            send(client, parent, 2, action="control", key=keys[0])
            send(client, parent, 2, seed=5, key=keys[0])
    assert sorted(branch.dialogue.seed or 0 for branch in Branch.objects.all()) == [5, 5, 74, 75]


def test_the_form_starts_a_branch_with_what_it_changes(client: Client, parent: Dialogue) -> None:
    assert "And what?" not in look(client, parent, 2)
    other = parent.study.personas.create(code="p-else", source="listed", features=parent.persona.features)
    send(client, parent, 2, persona=other.code, seed=5, max_turns=9, is_edited="on", utterance="And what?")
    branch = Branch.objects.get()
    assert (branch.dialogue.persona, branch.dialogue.seed, branch.utterance) == (other, 5, "And what?")
    assert (branch.configuration["max_turns"], branch.is_queued) == (9, True)
    send(client, parent, 2, utterance="This is ignored without the tick.")
    assert Branch.objects.latest("pk").utterance == ""


def test_an_edited_utterance_keeps_its_line_ends_whatever_the_browser_sends(client: Client, parent: Dialogue) -> None:
    send(client, parent, 2, is_edited="on", utterance="two\r\nlines")
    assert Branch.objects.get().utterance == "two\nlines"


def test_branches_are_shown_beside_the_original_with_the_point_where_they_diverge(
    client: Client, parent: Dialogue
) -> None:
    same, edited = branch_at(parent, 2), branch_at(parent, 2, utterance="Is it so?")
    play(same)
    play(edited, models=scripts(answerer=ScriptedModel(["", "It is."])))
    page = look(client, parent, 2)
    assert "Turn 1 is the same in all" in words(page)
    assert rows(page) == [
        "Original Branch 1 Branch 2",
        "Changed nothing The branch repeats the original word for word. utterance of turn 2: Q2 → Is it so? "
        "They diverge at turn 2, with the inquirer&#x27;s utterance.",
        "Turn 2 2 Inquirer Q2 2 Responder A2 as in the original diverges here, with the utterance "
        "2 Inquirer Is it so? 2 Responder It is.",
        "End" + " goal reached The inquirer ended the dialogue because it considered its goal reached." * 3,
        "Provenance" + "".join(f" Determinism: exact {played_by(branch)}" for branch in (same, edited)),
    ]


def test_a_branch_that_has_played_nothing_says_so(client: Client, parent: Dialogue) -> None:
    branch_at(parent, 2)
    assert "No turn has been played yet." in words(look(client, parent, 2))


def test_failed_turns_keep_their_numbers_although_branches_leave_them_out(client: Client, parent: Dialogue) -> None:
    natural = make_natural_dialogue(make_participant(parent.study), turns=4)
    natural.turns.filter(position=1).update(state=Turn.State.FAILED)
    branch = branch_at(natural, 4, inquirer="asker", responder="answerer")
    play(branch, models=scripts(ScriptedModel(["", "", '"Another?"', "FINISH"]), ScriptedModel(["", "", "Another."])))
    page = look(client, natural, 4)
    assert "Turns 1 and 3 are the same in all." in words(page)
    shared = words(page.split("Shared turns")[1].split("</details>")[0])
    assert re.findall(r"(\d) Inquirer", shared) == ["1", "3"]
    (fourth,) = [row for row in rows(page) if row.startswith("Turn 4")]
    assert fourth.startswith("Turn 4 (turn 3 of branches, without failed turns) 4 Inquirer")
    assert "diverges here, with the utterance 3 Inquirer Another? 3 Responder Another." in fourth
    assert "They diverge at turn 4, with the inquirer&#x27;s utterance." in page


def test_only_the_latest_branches_are_shown(client: Client, parent: Dialogue) -> None:
    for seed in range(MOST_COLUMNS + 1):
        branch_at(parent, 2, seed=seed)
    page = look(client, parent, 2)
    assert f"The latest {MOST_COLUMNS} of {MOST_COLUMNS + 1} branches" in page
    assert rows(page)[0] == "Original " + " ".join(f"Branch {number}" for number in range(2, MOST_COLUMNS + 2))


def test_a_branch_in_progress_refreshes_until_it_ends(client: Client, parent: Dialogue) -> None:
    branch = branch_at(parent, 2)
    live = f"/dialogues/{parent.token}/branches/2/live/"
    assert live in look(client, parent, 2)
    play(branch)
    assert live not in look(client, parent, 2)
    news = client.get(live, headers={"HX-Request": "true"})
    assert "as in the original" in news.text


def test_a_branch_that_fails_says_why_and_can_be_paused_and_resumed(client: Client, parent: Dialogue) -> None:
    branch = branch_at(parent, 2)
    play(branch, models=scripts(ScriptedModel(["", BackendError("Busy.")])), patience=1, longest_pause=AT_ONCE)
    assert "paused Busy. Resume branch 1" in ending_row(look(client, parent, 2))
    assert "This branch is paused. Busy." in client.get(f"/dialogues/{branch.dialogue.token}/").text
    send(client, parent, 2, action=f"resume {branch.token}")
    assert "Pause branch 1" in ending_row(look(client, parent, 2))
    send(client, parent, 2, action=f"pause {branch.token}")
    branch.refresh_from_db()
    assert branch.state == Branch.State.PAUSED


def test_a_cancelled_branch_keeps_what_it_has_played_and_can_be_resumed(client: Client, parent: Dialogue) -> None:
    branch = branch_at(parent, 2)
    assert "Cancel branch 1" in ending_row(look(client, parent, 2))
    send(client, parent, 2, action=f"cancel {branch.token}")
    last = ending_row(look(client, parent, 2))
    assert "cancelled Resume branch 1" in last
    assert "Cancel branch" not in last
    play(branch)
    assert (branch.state, branch.is_queued, branch.dialogue.turns.count()) == (Branch.State.CANCELLED, False, 1)
    send(client, parent, 2, action=f"resume {branch.token}")
    play(branch)
    assert branch.state == Branch.State.FINISHED


def test_a_branch_whose_terminal_was_closed_can_be_resumed(client: Client, parent: Dialogue) -> None:
    branch = branch_at(parent, 2)
    Branch.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    assert "stopped: its terminal was closed" in look(client, parent, 2)
    send(client, parent, 2, action=f"resume {branch.token}")
    branch.refresh_from_db()
    assert branch.is_queued


def test_a_persons_dialogue_asks_for_the_model_that_continues(client: Client, parent: Dialogue) -> None:
    natural = make_natural_dialogue(make_participant(parent.study), turns=2)
    Dialogue.objects.filter(pk=natural.pk).update(responder=parent.responder)
    page = look(client, natural, 2)
    assert "Try another seed" not in page
    refused = send(client, natural, 2)
    assert refused.status_code == 422
    assert "Choose the model that continues as inquirer." in refused.text
    send(client, natural, 2, inquirer="asker")
    assert Branch.objects.get().responder == "answerer"


def test_what_cannot_be_played_is_refused_at_its_field(client: Client, parent: Dialogue) -> None:
    refused = send(client, parent, 2, is_edited="on", utterance=" ")
    assert refused.status_code == 422
    assert "The edited utterance is empty." in refused.text
    assert "The turn limit is 1, and 1 turns come before." in send(client, parent, 2, max_turns=1).text
    assert not Branch.objects.exists()


def test_a_turn_that_does_not_exist_has_no_page_and_a_deleted_dialogue_is_explained(
    client: Client, parent: Dialogue
) -> None:
    assert client.get(f"/dialogues/{parent.token}/branches/4/").status_code == 404
    Dialogue.objects.filter(pk=parent.pk).update(token="gone")
    said = words(send(client, parent, 2, action="repeat").text)
    assert "may have been deleted because its participant withdrew" in said
    assert not BRANCHES.all.exists()

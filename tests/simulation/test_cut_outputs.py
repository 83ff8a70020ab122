"""Outputs cut by a limit: their number, the resulting failures, and the setting to raise."""

import json
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.utils import timezone

from dialogue.outputs import check_output
from simulation.figures import cuts_of_run, read_figures
from simulation.models import Run
from studies.cut_outputs import cuts_of, sentences_of
from studies.models import Dialogue, Output
from tests.dialogue.backends.test_thinking import ONLY_THOUGHTS, saying
from tests.dialogue.speaking import CHECKS
from tests.factories import make_dialogue, make_output, make_run
from tests.simulation.commanding import figures, simulate
from tests.simulation.scripts import make_worker, one_cell, scripts

pytestmark = pytest.mark.django_db

CUT_OUTPUTS = json.loads(Path("tests/data/cut_outputs.json").read_text("utf-8"))
ASKED = "Raise max_tokens in [models.tiny.inquirer]"


@pytest.fixture
def run() -> Run:
    """Return a run of four dialogues: two ended because of a cut output, one for another reason, one despite a cut output."""
    run = make_run()
    cells = list(run.simulations.all())
    for cell in cells[:2]:
        lost = make_dialogue(cell, turns=1, ending="no_prompt")
        make_output(lost, 1, status="no_prompt", prompts_found=0, stop_reason="length", completion_tokens=200)
    plain = make_dialogue(cells[2], turns=1, ending="no_prompt")
    make_output(plain, 1, status="no_prompt", prompts_found=0)
    fine = make_dialogue(cells[3], turns=1)
    make_output(fine, 0, attempt=1, stop_reason="length", completion_tokens=200)
    make_output(fine, 1, status="stop", prompts_found=0)
    return run


@pytest.mark.parametrize("output", CUT_OUTPUTS, ids=lambda output: output["side"])
def test_a_cut_changes_no_verdict(output: dict[str, str]) -> None:
    speaker, raw = output["side"], output["raw"]
    assert check_output("inquirer" if speaker == "inquirer" else "responder", raw, CHECKS).status == output["verdict"]


def test_a_run_says_how_many_outputs_were_cut_and_what_came_of_it(run: Run) -> None:
    [sentence] = sentences_of(cuts_of_run(run))
    assert sentence == (
        "3 of 9 outputs of the inquirer 'tiny' were cut at 200 tokens; as a result, 2 dialogues ended with"
        f" 'no prompt'. {ASKED}."
    )


def test_a_runs_page_says_so(run: Run, admin_client: Client) -> None:
    page = admin_client.get(f"/runs/{run.token}/statistics/").content.decode()
    assert "3 of 9 outputs of the inquirer" in page
    assert ASKED in page
    assert read_figures(run).cuts == read_figures(run).cuts != []


def test_a_run_without_cut_outputs_says_nothing(admin_client: Client) -> None:
    dialogue = make_dialogue()
    assert read_figures(dialogue.simulation.run).cuts == []
    assert "cut at" not in admin_client.get(f"/dialogues/{dialogue.token}/").content.decode()


def test_a_failure_counts_only_where_the_last_output_was_cut() -> None:
    dialogue = make_dialogue(turns=0, ending="no_prompt")
    make_output(dialogue, 0, status="no_prompt", stop_reason="length", completion_tokens=200)
    make_output(dialogue, 0, attempt=1, status="no_prompt")
    [inquirer] = cuts_of_run(dialogue.simulation.run)
    assert (inquirer.cut, inquirer.failures) == (1, {})
    assert inquirer.sentences == [
        f"1 of 2 outputs of the inquirer 'tiny' was cut at 200 tokens. {ASKED} if you need complete outputs."
    ]


def test_an_output_cut_by_the_context_suggests_a_larger_context() -> None:
    dialogue = make_dialogue(turns=1)
    Output.objects.filter(speaker="responder").update(stop_reason="length", completion_tokens=70)
    assert sentences_of(cuts_of_run(dialogue.simulation.run)) == [
        "1 of 1 output of the responder 'tiny' was cut at the end of the context. Raise context in [models.tiny]."
    ]


def test_a_provider_that_does_not_count_thoughts_is_not_taken_to_lack_context() -> None:
    dialogue = make_dialogue(turns=1)
    Output.objects.filter(speaker="responder").update(stop_reason="length", completion_tokens=3)
    [_, responder] = cuts_of(Dialogue.objects.all(), {"responder": dialogue.responder | {"backend": "openai"}})
    assert (responder.cut, responder.cramped) == (1, 0)


def test_a_dialogues_ending_says_that_a_cut_brought_it_about(run: Run, admin_client: Client) -> None:
    lost = Dialogue.objects.filter(ending="no_prompt").order_by("pk")[0]
    page = admin_client.get(f"/dialogues/{lost.token}/").content.decode()
    assert (
        "1 of 2 outputs of the inquirer &#x27;tiny&#x27; was cut at 200 tokens; as a result, the dialogue ended with"
        in page
    )
    assert ASKED in page


def test_a_persons_dialogue_says_how_many_answers_were_cut_before_their_first_word() -> None:
    dialogue = make_dialogue(turns=1)
    Dialogue.objects.filter(pk=dialogue.pk).update(kind=Dialogue.Kind.NATURAL, inquirer={}, ended_at=timezone.now())
    Output.objects.filter(speaker="responder").update(stop_reason="length", completion_tokens=200, status="empty")
    described = {"inquirer": {}, "responder": dialogue.responder}
    assert sentences_of(cuts_of(Dialogue.objects.filter(pk=dialogue.pk), described, is_one=True)) == [
        "1 of 1 output of the responder 'tiny' was cut at 200 tokens; as a result, 1 of them gave no reply."
        " Raise max_tokens in [models.tiny.responder]."
    ]


def test_what_an_import_did_not_record_is_not_made_up() -> None:
    dialogue = make_dialogue(turns=0, ending="empty_output")
    make_output(dialogue, 0, status="empty", stop_reason="length", completion_tokens=None)
    assert sentences_of(cuts_of(Dialogue.objects.all(), {"imported": True})) == [
        "1 of 1 output of the inquirer was cut at the limit; as a result, 1 dialogue ended with 'empty output'."
        " Raise max_tokens in [models.NAME.inquirer]."
    ]


@pytest.mark.usefixtures("demo")
def test_simulate_says_so_in_its_table_and_in_its_object(settings, tmp_path) -> None:
    text = settings.MODELS_FILE.read_text("utf-8")
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(
        text.replace("coherence = { max_n = 8 }", "max_tokens = 4\ncoherence = { max_n = 8 }")
    )
    table = simulate()
    assert "4 of 4 outputs of the inquirer 'asker' were cut at 4 tokens; as a result, 4 dialogues ended with" in table
    assert "Raise max_tokens in [models.asker.inquirer]" in table
    found = figures()["cut"]
    assert found == {"inquirer": {"outputs": 4, "cut": 4, "cramped": 0, "max_tokens": 4, "failures": {"no_prompt": 4}}}


@pytest.mark.django_db(transaction=True)
def test_thoughts_that_exhaust_an_apis_limit_explain_an_empty_output() -> None:
    run = one_cell()

    async def play() -> None:
        async with saying(ONLY_THOUGHTS) as model:
            await make_worker(scripts(answerer=model)).work_off(run.simulations.all())

    async_to_sync(play)()
    dialogue = Dialogue.objects.get()
    output = dialogue.outputs.get(speaker="responder")
    assert (dialogue.ending, output.status, output.thought_tokens) == ("empty_output", "empty", 1000)
    assert sentences_of(cuts_of_run(run)) == [
        "1 of 1 output of the responder 'answerer' was cut at 1000 tokens; as a result, 1 dialogue ended with"
        " 'empty output'. Raise max_tokens in [models.answerer.responder]."
    ]

"""More seeds for a run that exists, and new dialogues in place of failed ones."""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from dialogue.backends.base import ContentRefused, Piece, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from simulation import batches, services
from simulation.extensions import add_seeds, retry_failed
from simulation.figures import read_figures
from simulation.models import FailedDialogue, Run, Simulation
from simulation.progress import tally_runs
from simulation.requests import RequestError
from simulation.withdrawals import forget_persona
from studies.files.exports import export_dialogues
from studies.models import Dialogue, Study
from tests.factories import make_dialogue, make_run, make_staff, make_study
from tests.simulation.commanding import simulate
from tests.simulation.scripts import ASKS, MODELS_FILE, make_worker, request_run, scripts, started_run, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def models(settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_staff())
    return client


class RefusingModel(ScriptedModel):
    """A model whose provider refuses every output."""

    async def generate(
        self, messages: Sequence[Message], sampling: Sampling, conversation: str
    ) -> AsyncGenerator[Piece]:
        async for piece in super().generate(messages, sampling, conversation):
            yield piece
            raise ContentRefused("The provider refuses this content.")


def failed_run(study: Study | None = None) -> Run:
    """Return a finished run of four dialogues that all ended with a model error."""
    run = work_off(started_run(study), make_worker(scripts(RefusingModel(ASKS))))
    assert set(Dialogue.objects.values_list("ending", flat=True)) == {"model_error"}
    return run


def act(client: Client, run: Run, action: str, **fields: object) -> str:
    page = client.post(f"/runs/{run.token}/", {"action": action, **fields}, follow=True)
    return str(page.text)


def places(run: Run, batch: int) -> set[tuple[str, int, int]]:
    return set(run.simulations.filter(batch=batch).values_list("persona__code", "goal__number", "seed"))


def test_added_seeds_are_a_batch_over_the_personas_and_goals_of_the_run(client: Client) -> None:
    study = make_study()
    run = work_off(started_run(study, goals=(2,)))
    assert "4 dialogues added." in act(client, run, "seeds", seeds="321, 8479")
    run.refresh_from_db()
    assert places(run, 2) == {(code, 2, seed) for code in ("P01", "P02") for seed in (321, 8479)}
    assert (run.state, run.is_queued) == (Run.State.RUNNING, True)
    assert work_off(run).simulations.exclude(finished_at=None).count() == 6


def test_only_missing_dialogues_are_added_and_no_old_ones_begun_again() -> None:
    run = work_off(started_run(seeds=(73, 321)))
    assert add_seeds(run, [321, 5]) == 4
    with pytest.raises(RequestError, match=r"The run already has all dialogues of these seeds\. Enter other seeds\."):
        add_seeds(run, [321, 5])
    assert tally_runs([run])[run.pk].done == 8


def test_a_paused_run_stays_paused_with_more_seeds(client: Client) -> None:
    run = request_run()
    assert "4 dialogues added. Resume the run to simulate them." in act(client, run, "seeds", seeds="321")
    assert Run.objects.get().state == Run.State.PAUSED


def test_cells_are_the_same_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PIECE", 3)
    study = make_study()
    run = request_run(study, goals=(1,))
    services.cancel_run(run)
    run = request_run(study, seeds=(73, 321))
    assert places(run, 1) == {(code, 1, 73) for code in ("P01", "P02")}
    assert len(places(run, 2)) == 6
    assert not run.simulations.filter(is_cancelled=True).exists()


@pytest.mark.parametrize(
    ("action", "fields", "sentence"),
    [
        ("seeds", {"seeds": "one"}, "Enter seeds as whole numbers separated by commas"),
        ("seeds", {"seeds": ""}, "Enter seeds as whole numbers separated by commas"),
        ("seeds", {"seeds": "73"}, "The run already has all dialogues of these seeds."),
        ("retry", {}, "Choose the endings to retry from: model_error, empty_output, no_prompt."),
        (
            "retry",
            {"endings": "goal_reached"},
            "Choose the endings to retry from: model_error, empty_output, no_prompt.",
        ),
        ("concurrency", {"concurrency": "0"}, "The number of dialogues at once must be between 1 and 1000."),
        (
            "concurrency",
            {"concurrency": "-3"},
            "Enter the number of dialogues at once as a whole number from 1 to 1000",
        ),
        ("concurrency", {"concurrency": "1001"}, "The number of dialogues at once must be between 1 and 1000."),
        ("concurrency", {"concurrency": "9" * 30}, "Enter the number of dialogues at once as a whole number"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_in_one_sentence_and_changes_nothing(
    client: Client, action: str, fields: dict[str, str], sentence: str
) -> None:
    run = request_run()
    assert sentence in act(client, run, action, **fields)
    run.refresh_from_db()
    assert (run.concurrency, run.simulations.count(), run.state) == (None, 4, Run.State.PAUSED)


def test_the_number_of_dialogues_at_once_is_changed_and_emptied_on_the_page(client: Client) -> None:
    run = request_run()
    assert 'name="concurrency" min="1" max="1000" value="40"' in act(client, run, "concurrency", concurrency="40")
    assert Run.objects.get().concurrency == 40
    act(client, run, "concurrency", concurrency="")
    assert Run.objects.get().concurrency is None


def test_a_run_of_another_model_is_not_extended(settings: Settings, tmp_path: Path) -> None:
    run = failed_run()
    settings.MODELS_FILE = tmp_path / "models.toml"
    settings.MODELS_FILE.write_text(MODELS_FILE.read_text().replace("max_n = 8", "max_n = 7"))
    for extend in (lambda: add_seeds(run, [5]), lambda: retry_failed(run)):
        with pytest.raises(RequestError, match="has changed since this run started"):
            extend()


def test_an_imported_run_is_not_extended(client: Client) -> None:
    run = make_run(state=Run.State.FINISHED, configuration={"imported": True, "inquirer": {}, "responder": {}})
    make_dialogue(run.simulations.all()[0], ending="model_error")
    page = client.get(f"/runs/{run.token}/").text
    assert "Add seeds" not in page
    assert "Retry" not in page
    assert "This run was imported, so its models cannot continue it." in act(client, run, "seeds", seeds="5")


def test_failed_dialogues_are_replaced_and_stay_stored(client: Client) -> None:
    run = failed_run()
    before = set(Dialogue.objects.values_list("pk", flat=True))
    assert "Retry failed dialogues (4) …" in client.get(f"/runs/{run.token}/").text
    assert "4 dialogues to try again." in act(client, run, "retry", endings="model_error")
    run.refresh_from_db()
    assert (run.state, run.is_queued) == (Run.State.RUNNING, True)
    run = work_off(run)
    assert run.state == Run.State.FINISHED
    assert set(Dialogue.objects.filter(is_replaced=True).values_list("pk", flat=True)) == before
    assert tally_runs([run])[run.pk].endings == {"goal_reached": 4}
    assert "Retry" not in client.get(f"/runs/{run.token}/").text.split('id="actions"')[1].split("</div>")[0]


def test_a_dialogue_that_was_replaced_counts_nowhere_a_second_time() -> None:
    run = failed_run()
    shown = read_figures(run)
    retry_failed(run)
    services.queue_run(run)
    work_off(run)
    exported = list(export_dialogues(run.study))
    assert len(exported) == 4
    assert not any("model_error" in record for record in exported)
    assert read_figures(run).rows != shown.rows
    assert read_figures(run).dialogues == 4


def test_a_new_try_has_other_seeds() -> None:
    seeds = list[int]()
    run = started_run()
    for _ in range(2):
        asker = RefusingModel(ASKS)
        work_off(run, make_worker(scripts(asker)))
        seeds += [request.sampling.seed for request in asker.requests]
        retry_failed(run)
        services.queue_run(run)
    assert len(set(seeds)) == len(seeds) == 8


def test_only_the_chosen_endings_are_tried_again(client: Client) -> None:
    run = request_run()
    Run.objects.update(state=Run.State.FINISHED)
    for cell, ending in zip(
        run.simulations.all(), ("goal_reached", "no_prompt", "model_error", "empty_output"), strict=True
    ):
        make_dialogue(cell, ending=ending)
    page = client.get(f"/runs/{run.token}/").text
    assert "Retry failed dialogues (1) …" in page
    assert 'value="model_error" checked' in page
    assert 'value="no_prompt">' in page
    assert retry_failed(run, ["no_prompt", "empty_output"]) == 2
    assert run.state == Run.State.PAUSED
    endings = Dialogue.objects.filter(is_replaced=False).values_list("ending", flat=True)
    assert set(endings) == {"goal_reached", "model_error"}


def test_a_replaced_dialogue_says_so_and_links_to_the_later_one(client: Client) -> None:
    run = failed_run(make_study(goal_count=1, persona_count=1))
    retry_failed(run)
    services.queue_run(run)
    [old] = Dialogue.objects.all()
    assert "failed and waiting to be tried again" in client.get(f"/dialogues/{old.token}/").text
    work_off(run)
    new = Dialogue.objects.get(is_replaced=False)
    page = client.get(f"/dialogues/{old.token}/").text
    assert f'failed and <a href="/dialogues/{new.token}/">tried again</a>' in page
    assert '<span class="state">replaced</span>' in client.get("/studies/demo/dialogues/").text


def test_a_withdrawal_deletes_replaced_dialogues_too() -> None:
    run = failed_run()
    retry_failed(run)
    persona = run.simulations.all()[0].persona
    forget_persona(persona)
    assert not Dialogue.objects.filter(persona=persona).exists()
    assert FailedDialogue.objects.count() == 2


def test_simulate_retries_failed_dialogues_of_its_request(capsys: pytest.CaptureFixture[str]) -> None:
    study = make_study()
    failed_run(study)
    assert "goal reached" not in simulate("--goals", "1")
    table = simulate("--goals", "1", "--retry-failed")
    assert "2 failed dialogues to try again." in capsys.readouterr().err
    assert "goal reached" in table
    assert Simulation.objects.filter(retries=1).count() == Dialogue.objects.filter(is_replaced=True).count() == 2


def test_simulate_refuses_to_retry_what_is_a_result() -> None:
    failed_run()
    with pytest.raises(Exception, match="Choose the endings to retry from: model_error, empty_output, no_prompt"):
        simulate("--retry-failed", "goal_reached")

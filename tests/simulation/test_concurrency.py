"""How many dialogues of a run are in progress at once: the run's own number, or an automatic one for each worker."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from dialogue.backends.base import Piece, Sampling
from dialogue.backends.scripted import ScriptedModel
from dialogue.messages import Message
from dialogue.roleplay import Ended
from simulation import services
from simulation.casting import Casting
from simulation.cells import CELLS
from simulation.models import Run, Simulation
from simulation.requests import RequestError, RunRequest
from simulation.shares import Share, choose_share
from simulation.workers import Step, Worker
from studies.models import Dialogue
from tests.factories import make_run, make_study
from tests.installation import Installation
from tests.simulation.scripts import ANSWERS, ASKS, InterferingModel, make_worker, scripts, started_run, work_off
from tests.simulation.test_workers import CrowdedModel

APIS = """
[models.cloud]
backend = "openai"
model = "m"
requests = 3
[models.cloud.inquirer]
prompts = "gpt-4"
coherence = { max_n = 8 }
[models.cloud.responder]
prompts = "llama-2-responder"
coherence = { max_n = 5 }
[models.other]
backend = "openai"
model = "m"
requests = 40
[models.other.responder]
prompts = "llama-2-responder"
coherence = { max_n = 5 }
[models.asker]
backend = "scripted"
replies = ["Hm."]
[models.asker.inquirer]
prompts = "llama-2"
coherence = { max_n = 8 }
[models.answerer]
backend = "scripted"
replies = ["Hm."]
[models.answerer.responder]
prompts = "llama-2-responder"
coherence = { max_n = 5 }
[models.roomy]
backend = "scripted"
replies = ["Hm."]
slots = 41
"""
CLAIM_AT_ONCE = """
import json
from threading import Event
from django.db import transaction
from simulation.cells import CELLS
from simulation.models import Run
from tests.factories import make_run, make_study
from tests.racing import at_once

run = make_run(make_study(goal_count=5, persona_count=4), state=Run.State.RUNNING, is_queued=True, concurrency=5)
claimed = Event()

def claim(worker):
    return len(CELLS.claim_of(run, CELLS.queued(), worker, 4))

def begin():
    with transaction.atomic():
        count = claim("ann")
        claimed.set()
        Event().wait(1)
    return count

def follow():
    claimed.wait()
    return claim("bob")

print(json.dumps(at_once(lambda work: work(), (begin, follow))))
"""


@pytest.fixture
def apis(tmp_path: Path) -> Path:
    file = tmp_path / "models.toml"
    file.write_text(APIS)
    return file


def claim(run: Run, worker: str, count: int = 16) -> list[Simulation]:
    run.refresh_from_db()
    return CELLS.claim_of(run, Simulation.objects.filter(run=run), worker, count)


@pytest.mark.django_db
def test_the_number_of_a_run_counts_for_all_workers_together() -> None:
    run = make_run(make_study(persona_count=4), state=Run.State.RUNNING, concurrency=5)
    assert [len(claim(run, worker)) for worker in ("ann", "bob", "eve")] == [5, 0, 0]
    CELLS.release([run.simulations.first().pk], "ann")  # type: ignore[union-attr]
    assert [len(claim(run, worker)) for worker in ("bob", "eve")] == [1, 0]


@pytest.mark.django_db
def test_a_lower_number_ends_nothing_and_lets_nothing_begin_until_enough_have_ended() -> None:
    run = make_run(make_study(persona_count=4), state=Run.State.RUNNING)
    held = [cell.pk for cell in claim(run, "ann", 4)]
    services.set_concurrency(run, 2)
    assert CELLS.renew(held, "ann") == set(held)
    for released, expected in [(held[0], 0), (held[1], 0), (held[2], 1)]:
        CELLS.release([released], "ann")
        assert len(claim(run, "bob")) == expected


@pytest.mark.django_db
def test_a_higher_number_is_followed_while_the_run_goes_on() -> None:
    """The inquirer answers only when four dialogues are in progress; the run begins with one."""
    run, in_hand = started_run(concurrency=1), list[int]()

    class RaisingModel(CrowdedModel):
        async def generate(
            self, messages: Sequence[Message], sampling: Sampling, conversation: str
        ) -> AsyncGenerator[Piece]:
            in_hand.append(len(worker.in_hand))
            await sync_to_async(services.set_concurrency)(run, 4)
            async for piece in super().generate(messages, sampling, conversation):
                yield piece

    asker = RaisingModel(4)
    worker = make_worker(scripts(asker))
    assert work_off(run, worker).state == Run.State.FINISHED
    assert (in_hand[0], asker.most) == (1, 4)


@pytest.mark.django_db
def test_two_workers_keep_to_the_number_of_the_run() -> None:
    """The database is asked: a worker still has a dialogue in hand for a moment when another one may claim the next."""
    run, held = started_run(concurrency=3, seeds=(73, 321)), list[int]()
    asker = InterferingModel(ASKS, 1, lambda: held.append(run.simulations.exclude(worker="").count()))
    workers = [make_worker(scripts(asker)) for _ in range(2)]

    async def work_together() -> None:
        await asyncio.gather(*(worker.work_off(Simulation.objects.filter(run=run)) for worker in workers))

    async_to_sync(work_together)()
    assert (max(held), len(held), Dialogue.objects.exclude(ended_at=None).count()) == (3, 8, 8)


def test_workers_that_claim_at_once_stay_within_the_number_on_either_database(racing_site: Installation) -> None:
    assert json.loads(racing_site.evaluate(CLAIM_AT_ONCE)) == [4, 1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("inquirer", "responder", "share"),
    [
        ("asker", "answerer", Share(16)),
        ("cloud", "answerer", Share(16)),
        ("cloud", "cloud", Share(3, is_remote=True)),
        ("cloud", "other", Share(3, is_remote=True)),
        ("gone", "other", Share(16)),
        ("roomy", "roomy", Share(20)),
        ("roomy", "answerer", Share(16)),
        ("cloud", "roomy", Share(41)),
    ],
)
def test_the_automatic_number_depends_on_where_the_models_run(
    apis: Path, inquirer: str, responder: str, share: Share
) -> None:
    assert choose_share(Run(inquirer=inquirer, responder=responder), apis, 16) == share


@pytest.mark.django_db
@pytest.mark.parametrize("slow", ["the API", "the local model"])
def test_a_slow_run_leaves_another_kind_of_run_its_dialogues(apis: Path, slow: str) -> None:
    """One worker has both runs. Everything of the older one hangs; the other one is played to its end."""
    study, hung = make_study(), list[None]()
    pairs = {"the API": RunRequest("cloud", "cloud"), "the local model": RunRequest("asker", "answerer")}
    first = services.request_run(study, pairs.pop(slow), apis)
    second = services.request_run(study, pairs.popitem()[1], apis)
    for run in (first, second):
        services.queue_run(run)
    hanging = InterferingModel(ASKS, 0, lambda: hung.append(None), hangs=True)
    models = {"cloud": ScriptedModel(ASKS), "asker": ScriptedModel(ASKS), "answerer": ScriptedModel(ANSWERS)}
    models[first.inquirer] = hanging

    ended = list[Step]()
    worker = Worker(
        Casting(apis, lambda spec: models[spec.name]),
        concurrency=2,
        tick=0.02,
        should_stop=lambda: len(ended) == 4,
        on_step=lambda step: ended.append(step) if isinstance(step, Ended) else None,
    )
    async_to_sync(worker.work_off)(CELLS.queued())
    assert not second.simulations.filter(finished_at=None).exists()
    assert len(hung) == (3 if slow == "the API" else 2)
    assert not first.simulations.exclude(finished_at=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, -1, 1001])
def test_a_number_that_makes_no_sense_is_refused(number: int) -> None:
    run = make_run()
    with pytest.raises(RequestError, match=r"The number of dialogues at once must be between 1 and 1000\."):
        services.set_concurrency(run, number)
    assert Run.objects.get().concurrency is None

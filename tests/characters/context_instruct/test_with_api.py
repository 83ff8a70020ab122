"""Context-Instruct with an API that limits requests and breaks answers off, and with workers that are killed."""

from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from pytest_django import Settings

from characters.context_instruct.funnel import read_funnel
from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.workers import InstructWorker
from characters.models import ContextInstruct
from dialogue.backends import registry
from tests.characters.context_instruct.scripts import request
from tests.characters.context_instruct.servers import author_server, write_models
from tests.factories import make_character
from tests.installation import Installation, kill_at_work
from tests.services.binaries import wait_until

pytestmark = pytest.mark.waits

PREPARE = """
from characters.context_instruct.queue import INSTRUCT_CALLS
from characters.context_instruct.requests import InstructRequest, request_instruct
from tests.factories import make_character
INSTRUCT_CALLS.queue(request_instruct(make_character(rounds=189), InstructRequest("author")))
"""
EXPIRE = """
from characters.models import InstructCall
InstructCall.objects.exclude(worker="").update(leased_until="2020-01-01T00:00Z")
"""
"""What happens by itself half a minute later."""
CALLS = 64


@pytest.mark.django_db
def test_limited_and_broken_answers_cost_nothing_and_count_nothing_twice(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialogue.backends.openai.repeats.FIRST_WAIT", 0.01)
    with author_server(fails_every=4, breaks_every=7) as server:
        settings.MODELS_FILE = write_models(tmp_path, server)
        job = request(make_character(rounds=189), settings.MODELS_FILE)
        worker = InstructWorker(settings.MODELS_FILE, tick=0.1)
        for _ in range(20):
            INSTRUCT_CALLS.start(job)
            async_to_sync(worker.work_off)(job.calls.all())
            job.refresh_from_db()
            if job.state == ContextInstruct.State.FINISHED:
                break
        async_to_sync(registry.close_models)()
    assert job.calls.count() == CALLS
    assert (read_funnel(job).candidates, read_funnel(job).malformed) == (409, 0)
    assert len(server.requests) > CALLS
    assert (len(server.completed), sum(server.completed.values())) == (CALLS, CALLS)


@pytest.mark.timeout(400)
def test_after_kill_9_of_a_worker_nothing_finished_is_asked_again(tmp_path: Path) -> None:
    with author_server(pause=0.02) as server:
        site = Installation(tmp_path / "var", {"MODELS_FILE": str(write_models(tmp_path, server))})
        site.migrate()
        site.evaluate(PREPARE)
        finished = "SELECT id, raw FROM characters_instructcall WHERE finished_at IS NOT NULL"
        with site.worker() as worker:
            wait_until(lambda: len(site.query(finished)) > 10, seconds=120, what="the worker has not begun")
            kill_at_work(worker, lambda: site.count("characters_instructcall WHERE worker <> ''") > 0)
        before = set(site.query(finished))
        under_way = site.count("characters_instructcall WHERE worker <> ''")
        site.evaluate(EXPIRE)
        with site.worker():
            wait_until(
                lambda: site.count("characters_contextinstruct WHERE state = 'finished'") == 1,
                seconds=200,
                what="another worker has not finished",
            )
        assert before <= set(site.query(finished))
        assert site.count("characters_instructcall") == CALLS
        assert site.count("characters_triplet WHERE fate <> 'malformed'") == 409
        assert site.count("characters_triplet WHERE fate = 'new'") == 0
        assert len(server.completed) == CALLS
        assert sum(server.completed.values()) <= CALLS + under_way

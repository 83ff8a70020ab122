"""Redis needs only CELERY_BROKER_URL as the broker, and only CHANNEL_LAYER_URL between chats."""

from pathlib import Path

import pytest
import redis

from tests.installation import Installation
from tests.services.binaries import wait_until

pytestmark = pytest.mark.redis

FORTY_CHATS = """
import asyncio
from channels.layers import get_channel_layer

async def tell_forty_chats_ten_things():
    layer = get_channel_layer()
    pages = [await layer.new_channel() for _ in range(40)]
    for number, page in enumerate(pages):
        await layer.group_add(f"chat.{number}", page)
    for thing in range(10):
        for number in range(40):
            await layer.group_send(f"chat.{number}", {"type": "thing", "thing": thing})
    async with asyncio.timeout(20):
        print([[(await layer.receive(page))["thing"] for _ in range(10)] for page in pages])

asyncio.run(tell_forty_chats_ten_things())
"""


@pytest.fixture
def site(tmp_path: Path, redis_url: str) -> Installation:
    installation = Installation(tmp_path / "var", {"CELERY_BROKER_URL": redis_url})
    installation.load_demo()
    return installation


def test_a_worker_hears_over_redis_that_a_run_was_queued(site: Installation) -> None:
    site.simulate("--goals", "1", "--personas", "1", "--queue")
    with redis.Redis.from_url(site.settings["CELERY_BROKER_URL"]) as broker:
        assert [broker.llen(queue) for queue in ("model.asker", "model.answerer")] == [1, 1]
        with site.worker():
            wait_until(lambda: _finished(site) == 1, what="the worker has not worked on the run")
            wait_until(
                lambda: broker.llen("model.asker") == broker.llen("model.answerer") == 0,
                what="the worker has not read its messages",
            )
            site.simulate("--goals", "2", "--personas", "3", "--queue")
            wait_until(lambda: _finished(site) == 4, what="the worker has not received the second run")
    assert not list((site.var_dir / "broker").glob("messages/*"))


def test_many_chats_hear_everything_over_redis_in_order(installation: Installation, redis_url: str) -> None:
    installation.settings["CHANNEL_LAYER_URL"] = redis_url
    assert installation.evaluate(FORTY_CHATS) == str([list(range(10))] * 40)


def _finished(site: Installation) -> int:
    return site.count("simulation_simulation WHERE finished_at IS NOT NULL")

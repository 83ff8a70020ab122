"""The Celery application. Its messages only wake workers; the database decides what is left to do."""

import os
from typing import Any

from celery import Celery
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roleplay_site.settings")


def _brokerless_options() -> dict[str, Any]:
    """Return the folder settings of kombu's file system transport, in which both ends read and write the same folder."""
    folders = settings.BROKER_FOLDERS
    return {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "processed_folder": str(folders["processed"]),
        "control_folder": str(folders["control"]),
    }


TRANSPORT_ALIASES["filesystem"] = "roleplay_site.broker:Transport"

app = Celery("roleplay_site")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # otherwise a worker ends if the broker is away for an hour
    broker_transport_options=_brokerless_options() if settings.CELERY_BROKER_URL.startswith("filesystem:") else {},
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_pool="threads",
    worker_concurrency=13,  # one for each kind of task: none waits for another to end
)
app.autodiscover_tasks(["studies", "simulation", "characters", "evaluation.judges", "analysis"])

"""Results that a worker has computed, stored with their files."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from analysis.code_version import code_version
from analysis.models import HumannessReport, Report
from jobs.queues import Queue

AnyReport = Report | HumannessReport


@dataclass(frozen=True, slots=True)
class Computed:
    """The content of a page, ready for JSON, and the files by name."""

    shown: dict[str, Any]
    files: dict[str, bytes]


@transaction.atomic
def store_computed(
    queue: Queue[Any], report: AnyReport, worker: str, computed: Computed, earlier: QuerySet[Any]
) -> None:
    """Store the result of the report that ``worker`` holds, and delete the ``earlier`` reports on the same subject.

    Raises LeaseLost, and stores nothing, if a withdrawal has deleted the report in the meantime.
    """
    shown, files = computed.shown, list(computed.files)
    queue.finish(report, worker, timezone.now(), step="", code=code_version(), shown=shown, files=files)
    stored: Any = report.stored_files
    stored.bulk_create(
        stored.model(report=report, name=name, content=content) for name, content in computed.files.items()
    )
    earlier.delete()


def stored_file(report: AnyReport, name: str) -> bytes | None:
    """Return the content of one of the report's files; None if it does not exist."""
    content = report.stored_files.filter(name=name).values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def missing_files(report: AnyReport) -> list[str]:
    """Return the names of missing files, for example after a backup was restored without them."""
    there = set(report.stored_files.values_list("name", flat=True))
    return [name for name in report.files if name not in there]

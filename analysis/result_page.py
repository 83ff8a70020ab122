"""Pages that show a stored result and whether it is up to date."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from analysis.code_version import code_version
from analysis.stored_results import AnyReport, missing_files
from jobs.heartbeats import absent_worker


@dataclass(frozen=True)
class ResultPage:
    """A result on a page. ``report`` is the latest computed one, ``current`` the one on the present data, whose hash is
    ``fingerprint``, in any state. Either may be None."""

    report: AnyReport | None
    current: AnyReport | None
    fingerprint: str

    @property
    def is_under_way(self) -> bool:
        return self.current is not None and self.current.is_running

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the current report."""
        return absent_worker(self.current) if self.current else ""

    @property
    def is_outdated(self) -> bool:
        """Return whether data or code have changed since the latest report."""
        return self.report is not None and self.report.fingerprint != self.fingerprint

    @property
    def is_of_other_code(self) -> bool:
        """Return whether another version of the code computed the latest report."""
        return self.report is not None and self.report.code != code_version()

    @property
    def missing(self) -> int:
        """Return the number of missing files of the latest report."""
        return len(missing_files(self.report)) if self.report else 0

    @property
    def problem(self) -> str:
        """Return why nothing could be computed from the present data; empty if it could."""
        return self.current.message if self.current and self.current.has_failed else ""

    @property
    def shown(self) -> dict[str, Any]:
        return self.report.shown if self.report else {}

    def address_of_files(self, view: str, subject: str) -> str:
        """Return the address to which the name of a file is appended; empty without a report."""
        return reverse(view, args=[subject, self.report.token, "NAME"])[:-4] if self.report else ""

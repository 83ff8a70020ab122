"""What is done to jobs: none starts in an archived study, and the audit trail names who did it."""

from typing import Any

from jobs.models import Job
from studies.audit import Verb, record
from studies.models import Study, hold_in_use

_NOUNS = {
    "ContextInstruct": "job",
    "GuardRun": "checks",
    "HumannessReport": "report",
    "Judging": "model judge",
    "TurnJudging": "model judge",
}
"""What to call jobs whose models have names that no page uses."""


def follow_job(job: Job, act: str, **_signal: Any) -> None:
    """Record the act. Raises Archived for a start in an archived study. A study's job has the attribute ``study``."""
    study: Study | None = getattr(job, "study", None)
    if study is not None and act == Verb.STARTED:
        hold_in_use(study.pk)
    noun = _NOUNS.get(type(job).__name__, job._meta.verbose_name)
    record(study, Verb(act), f"the {noun} “{job}”", about=str(job))

"""Analyses of studies, kept until their data change; estimates of power, kept for good."""

from typing import ClassVar

from django.db import models

from jobs.models import Item, Job
from studies.models import Study

SHAPE = 2
"""Of what is stored in ``Report.shown``: when the page reads it otherwise than before, this grows, and older reports are not
shown."""


class Computation(Job, Item):
    """What a worker computes once. ``fingerprint`` names all that it is made of, the code too."""

    fingerprint = models.CharField(max_length=64)
    code = models.CharField(
        max_length=200, help_text="The version of the code, and of the libraries that it computes with."
    )

    class Meta:
        abstract = True
        ordering: ClassVar = ["-created_at", "-pk"]

    @property
    def status(self) -> str:
        """Its state, as pages say it."""
        if self.is_running:
            return "is being computed" if self.is_held else "waits for a worker"
        return "could not be computed" if self.has_failed else str(self.state)


class Report(Computation):
    """A study's analysis. ``shown`` is the content of its page, in the SHAPE that it names; ``files`` lists its file names.

    At most one analysis of the same data is under way; finished ones may be computed again.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    evaluations = models.JSONField(
        null=True, blank=True, help_text="Numbers of the evaluations that count. Null: the closed ones."
    )
    step = models.CharField(max_length=100, blank=True, help_text="What is being computed.")
    shown = models.JSONField(default=dict, blank=True)
    files = models.JSONField(default=list, blank=True)

    class Meta(Computation.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["study", "fingerprint"],
                condition=models.Q(state=Job.State.RUNNING),
                name="report_under_way_in_study",
            )
        ]

    def __str__(self) -> str:
        return f"Analysis of {self.study}"


class ReportFile(models.Model):
    """A file of a report. A report's files take a few megabytes.

    They are in the database so that every process can read them, backups include them, and they are deleted with the report."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="stored_files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "name"], name="report_file_name_in_report")]

    def __str__(self) -> str:
        return self.name


class PowerEstimate(Computation):
    """How often studies of some sizes find differences. ``question`` is a PowerQuestion; ``found`` holds, for each of its
    sizes, what the studies that were simulated so far have found."""

    question = models.JSONField()
    found = models.JSONField(default=list, blank=True)

    class Meta(Computation.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["fingerprint"], name="power_estimate_fingerprint")]

    def __str__(self) -> str:
        return f"Power of {self.token}"

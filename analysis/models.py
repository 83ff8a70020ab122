"""Analyses of studies and of runs, kept until the data change, and estimates of power, kept permanently."""

from typing import ClassVar

from django.db import models

from jobs.models import Item, Job
from simulation.models import Run
from studies.models import Study

SHAPE = 2
"""Version of the structure stored in ``Report.shown``. Increase it whenever the page reads that differently: older reports are
then no longer shown."""


class Computation(Job, Item):
    """A result that a worker computes once. ``fingerprint`` is a hash of all its inputs, including the code."""

    fingerprint = models.CharField(max_length=64)
    code = models.CharField(
        max_length=200, help_text="The version of the code, and of the libraries that it computes with."
    )

    class Meta:
        abstract = True
        ordering: ClassVar = ["-created_at", "-pk"]

    @property
    def status(self) -> str:
        """Return the state in words, for pages."""
        if self.is_running:
            return "computing" if self.is_held else "waiting for a worker"
        return "failed" if self.has_failed else str(self.state)


class Report(Computation):
    """A study's analysis. ``shown`` is the content of its page, with the SHAPE that it has; ``files`` lists its file names.

    At most one analysis of the same data is in progress; finished ones may be computed again.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    evaluations = models.JSONField(
        null=True, blank=True, help_text="Numbers of the evaluations that count. Null: the closed ones."
    )
    factors = models.JSONField(
        default=list, blank=True, help_text="What its mixed models compare; empty: the inquirer models."
    )
    step = models.CharField(max_length=100, blank=True, help_text="The step that is being computed.")
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


class ComputedFile(models.Model):
    """A file of a report. The files of a report take a few megabytes.

    They are in the database so that every process can read them, backups include them, and they are deleted with the report.
    """

    name = models.CharField(max_length=200)
    content = models.BinaryField()

    class Meta:
        abstract = True
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class ReportFile(ComputedFile):
    """A file of a study's analysis."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="stored_files")

    class Meta(ComputedFile.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "name"], name="report_file_name_in_report")]


class HumannessReport(Computation):
    """The health and the fidelity of a run. ``shown`` is the content of its page, with the SHAPE that it has; ``files`` lists
    its file names."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="humanness_reports")
    step = models.CharField(max_length=100, blank=True, help_text="The step that is being computed.")
    shown = models.JSONField(default=dict, blank=True)
    files = models.JSONField(default=list, blank=True)

    class Meta(Computation.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "fingerprint"],
                condition=models.Q(state=Job.State.RUNNING),
                name="humanness_under_way_in_run",
            )
        ]

    def __str__(self) -> str:
        return f"Health and fidelity of: {self.run}"

    @property
    def study(self) -> Study:
        """Return the study of its run."""
        return self.run.study


class HumannessFile(ComputedFile):
    """A file of a report on a run's health and fidelity."""

    report = models.ForeignKey(HumannessReport, on_delete=models.CASCADE, related_name="stored_files")

    class Meta(ComputedFile.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "name"], name="humanness_file_in_report")]


class PowerEstimate(Computation):
    """How often studies of given sizes find differences. ``question`` is a PowerQuestion; ``found`` holds, for each of its
    sizes, what the studies simulated so far have found."""

    question = models.JSONField()
    found = models.JSONField(default=list, blank=True)

    class Meta(Computation.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["fingerprint"], name="power_estimate_fingerprint")]

    def __str__(self) -> str:
        return f"Power of {self.token}"

"""Long-running jobs, and the items that workers claim one by one."""

import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone


def new_token() -> str:
    """Return a public identifier that cannot be guessed (128 bits) and that commands do not mistake for an option."""
    token = secrets.token_urlsafe(16)
    return new_token() if token.startswith("-") else token


class Job(models.Model):
    """Requested work. Its items are the rows of another table; a model that is also an Item is its own only item.

    While it is running, any worker may claim its items if ``is_queued``; otherwise only the terminal that started it does.
    A job that stopped because of an error is paused with a message; what workers were doing for it then is still stored.
    """

    class State(models.TextChoices):
        RUNNING = "running", "running"
        PAUSED = "paused", "paused"
        CANCELLED = "cancelled", "cancelled"
        FINISHED = "finished", "finished"

    MODEL_FIELDS: ClassVar[tuple[str, ...]] = ()
    """Names of the fields that hold the language models which every item needs. A job without any only computes."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.PAUSED)
    is_queued = models.BooleanField(default=False)
    message = models.TextField(blank=True, help_text="Why the job has stopped, if an error stopped it.")
    started_by = models.ForeignKey(
        "auth.User", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When it was last opened to workers.")

    class Meta:
        abstract = True

    @property
    def models_needed(self) -> tuple[str, ...]:
        """Return the names of the language models that every item needs, each once."""
        return tuple(dict.fromkeys(getattr(self, name) for name in self.MODEL_FIELDS))

    @property
    def most_at_once(self) -> int | None:
        """Return how many of its items all workers together may hold at once; None: each worker takes its usual number."""
        return None

    @property
    def is_running(self) -> bool:
        """Return whether its items are open to workers."""
        return self.state == self.State.RUNNING

    @property
    def has_failed(self) -> bool:
        """Return whether an error stopped it."""
        return self.state == self.State.PAUSED and bool(self.message)


def takes_results(prefix: str = "") -> models.Q:
    """Return the condition that a job is running, or was halted by an error. ``prefix`` leads to the job's fields.

    What workers were doing when the error happened is paid for, so they may finish and store that step.
    """
    is_running, is_paused = (models.Q(**{f"{prefix}state": state}) for state in (Job.State.RUNNING, Job.State.PAUSED))
    return is_running | is_paused & ~models.Q(**{f"{prefix}message": ""})


class WorkerProcess(models.Model):
    """A worker that was alive at ``seen_at``, by the database's clock. ``queues`` names the queues that it consumes."""

    name = models.CharField(max_length=120, unique=True)
    queues = models.JSONField(default=list)
    doing = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = "worker"

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """The unit that a worker leases. When the lease expires, any worker may take the item over.

    A lease without a worker is a pause before the next try.
    """

    worker = models.CharField(max_length=120, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Infrastructure errors since the last progress.")
    error = models.TextField(blank=True, help_text="The last of them.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_held(self) -> bool:
        """Return whether a worker holds it by this process's clock; for display only."""
        return bool(self.worker) and self.leased_until is not None and self.leased_until > timezone.now()

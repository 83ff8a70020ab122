"""Jobs, which take long, and the items that workers take one by one."""

import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone


def new_token() -> str:
    """Return a public identifier that cannot be guessed (128 bits)."""
    return secrets.token_urlsafe(16)


class Job(models.Model):
    """Work that somebody asked for. Its items are the rows of another table; a model that is both is its own only item.

    While it is running, any process may take its items if ``is_queued``; if not, only the terminal that started it does.
    A job that stopped because of an error is paused with a message.
    """

    class State(models.TextChoices):
        RUNNING = "running", "running"
        PAUSED = "paused", "paused"
        CANCELLED = "cancelled", "cancelled"
        FINISHED = "finished", "finished"

    MODEL_FIELDS: ClassVar[tuple[str, ...]] = ()
    """The fields with the names of the language models that every item needs. Without any, it is work for the processor."""

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
        """The names of the language models that every item needs, each once."""
        return tuple(dict.fromkeys(getattr(self, name) for name in self.MODEL_FIELDS))

    @property
    def is_running(self) -> bool:
        """Whether its items are open to be worked on."""
        return self.state == self.State.RUNNING

    @property
    def has_failed(self) -> bool:
        """Whether an error stopped it."""
        return self.state == self.State.PAUSED and bool(self.message)


class WorkerProcess(models.Model):
    """A worker that was alive at ``seen_at``, by the database's clock. ``queues`` are those of the broker that it consumes."""

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
        """Whether a worker is working on it, by this process's clock: for display only."""
        return bool(self.worker) and self.leased_until is not None and self.leased_until > timezone.now()

"""RoCIT: role-conditioned instruction tuning, and the adapters that it makes."""

from typing import ClassVar

from django.db import models

from jobs.models import Item, Job, new_token


class Tuning(Job, Item):
    """The tuning of one LoRA over all chosen roles. ``configuration`` holds the base model, the samples and every setting.

    ``folder`` lies in VAR_DIR and holds the samples, the checkpoints and, at the end, the adapter.
    """

    MODEL_FIELDS: ClassVar = ("model",)

    model = models.CharField(max_length=100)
    name = models.CharField(max_length=100, unique=True)
    configuration = models.JSONField(default=dict)
    provenance = models.JSONField(default=dict, blank=True, editable=False)
    folder = models.CharField(max_length=300)
    samples = models.PositiveIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0, help_text="All steps of the tuning.")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Tuning {self.name}"


class LossPoint(models.Model):
    """The mean loss on response tokens in one step."""

    tuning = models.ForeignKey(Tuning, on_delete=models.CASCADE, related_name="losses", db_index=False)
    step = models.PositiveIntegerField()
    epoch = models.FloatField()
    loss = models.FloatField()
    learning_rate = models.FloatField()
    seconds = models.FloatField()

    class Meta:
        ordering: ClassVar = ["tuning", "step"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["tuning", "step"], name="loss_of_step")]

    def __str__(self) -> str:
        return f"{self.tuning}, step {self.step}"


class Adapter(models.Model):
    """A tuned LoRA. It fits only the base model with this ``base_fingerprint``."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    name = models.CharField(max_length=100, unique=True)
    tuning = models.OneToOneField(Tuning, on_delete=models.SET_NULL, null=True, blank=True, related_name="adapter")
    base_model = models.CharField(max_length=100)
    base_fingerprint = models.CharField(max_length=100)
    folder = models.CharField(max_length=300)
    configuration = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

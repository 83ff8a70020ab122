"""What the app hears of from others."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"

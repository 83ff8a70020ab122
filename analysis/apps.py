"""Statistics of judgements. No model of the database is loaded for them."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "analysis"

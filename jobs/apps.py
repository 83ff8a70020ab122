"""The app that keeps track of work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

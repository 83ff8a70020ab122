"""App configuration of the job queue."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

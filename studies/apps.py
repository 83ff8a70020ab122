"""App configuration of studies: connect them to what is done to their jobs."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "studies"

    def ready(self) -> None:
        from jobs.signals import job_controlled
        from studies.job_control import follow_job

        job_controlled.connect(follow_job, dispatch_uid="studies.follow_job")

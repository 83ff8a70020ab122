"""Signals to higher apps about what is done to jobs."""

from django.dispatch import Signal

job_controlled = Signal()
"""``job``, ``act``: a person or a command starts, pauses or cancels the job with the current transaction; ``act`` is "started",
"paused" or "cancelled". Receivers may raise an error to refuse a start."""

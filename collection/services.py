"""What scripts outside the project call to set a study up, wherever the project itself keeps it."""

from studies.services import copy_study

__all__ = ["copy_study"]

"""Functions that scripts outside the project call to set up a study, wherever the project itself defines them."""

from studies.services import copy_study

__all__ = ["copy_study"]

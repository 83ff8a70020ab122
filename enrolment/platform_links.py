"""Links for recruitment platforms, which add their participant ID."""

from django.core.validators import RegexValidator

PROLIFIC = "PROLIFIC_PID"
PROLIFIC_QUERY = "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
PARAMETER = RegexValidator(r"^[A-Za-z0-9_.-]+$", "Use only letters, digits, underscores, dots and hyphens.")
"""Accepts valid names of the parameter that identifies people."""


def platform_link(link: str, parameter: str) -> str:
    """Return the link to give to a recruitment platform, which inserts its participant ID."""
    return f"{link}?{PROLIFIC_QUERY if parameter == PROLIFIC else f'{parameter}=NAME'}"

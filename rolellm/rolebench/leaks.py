"""Leaks: test questions that the training rows contain.

Test questions are those that de-duplication removed, near-duplicates of training questions by construction: 196 of 500
role-specific questions of the role split are in its training rows word by word.
"""

from collections.abc import Iterable

from rolellm.rolebench.rows import BenchRow


def leaked(test: Iterable[BenchRow], training: Iterable[BenchRow]) -> list[BenchRow]:
    """Return the test rows whose question occurs in training, for any role, apart from case and outer white space."""
    known = {comparable(row.question) for row in training}
    return [row for row in test if comparable(row.question) in known]


def comparable(question: str) -> str:
    """Return the question in the form in which two questions are the same."""
    return question.strip().casefold()

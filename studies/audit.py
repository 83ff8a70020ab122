"""The audit trail: services call ``record``; doors say with ``acting_as`` who acts."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from studies.models import AuditLine, Study

Verb = AuditLine.Verb
_author: ContextVar[str] = ContextVar("author of audit lines", default="")


@contextmanager
def acting_as(author: str) -> Iterator[None]:
    """Let the account called ``author`` be the author of all lines recorded within. Without it a command is.

    A context variable, because the author would otherwise pass through every service only to reach the trail.
    """
    token = _author.set(author)
    try:
        yield
    finally:
        _author.reset(token)


def record(study: Study | None, verb: AuditLine.Verb, words: str, about: str = "") -> None:
    """Add a line that completes the sentence "author verb words", without any participant's text or identifier.

    Call it in the transaction that stores the change. ``study`` is None for what belongs to the whole site; then ``about``
    names the thing.
    """
    AuditLine.objects.create(
        study=study, about=(study.slug if study else about)[:200], author=_author.get(), verb=verb, words=words
    )

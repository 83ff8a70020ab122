"""Reasons for refusing an answer: a word for the page's script, and a sentence for the evaluator."""

from collections.abc import Sequence
from typing import Any, Literal

from django.utils.translation import gettext_noop

Reason = Literal["incomplete", "unanswerable", "already_judged", "closed", "unknown", "broken"]
STATUS: dict[Reason, int] = {
    "incomplete": 422,
    "unanswerable": 422,
    "already_judged": 409,
    "closed": 403,
    "unknown": 404,
    "broken": 400,
}
ALREADY = gettext_noop("You have already judged this pair, perhaps in another tab. Your first answer counts.")
CLOSED = gettext_noop(
    "The researchers have closed judging, so this answer was not submitted. It is kept as a draft, and your earlier answers "
    "count."
)
UNKNOWN = gettext_noop(
    "You can no longer judge this pair: its dialogues may have been withdrawn, or it has been reassigned. "
    "Your submitted answers are kept."
)
BROKEN = gettext_noop("Your browser sent an invalid answer. Please reload this page and answer again.")


class Refused(Exception):
    """An answer was not submitted. ``sentences`` say why and what to do."""

    def __init__(self, reason: Reason, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.reason = reason
        self.sentences: Sequence[str] = sentences

    @property
    def status(self) -> int:
        """Return the status of the response."""
        return STATUS[self.reason]

    @property
    def content(self) -> dict[str, Any]:
        """Return what the page's script reads: ``reason``, and ``message`` for the evaluator."""
        return {"reason": self.reason, "message": str(self), "sentences": list(self.sentences)}

    @property
    def leads_on(self) -> bool:
        """Return whether the evaluator can only continue on another page."""
        return self.reason in ("already_judged", "closed", "unknown")

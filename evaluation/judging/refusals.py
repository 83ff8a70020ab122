"""Why an answer is not taken: a word for the page, and a sentence for the person."""

from collections.abc import Sequence
from typing import Literal

Reason = Literal["incomplete", "unanswerable", "already_judged", "closed", "unknown", "broken"]
STATUS: dict[Reason, int] = {
    "incomplete": 422,
    "unanswerable": 422,
    "already_judged": 409,
    "closed": 403,
    "unknown": 404,
    "broken": 400,
}
ALREADY = "You have answered this pair already, perhaps in another tab. Your first answer counts."
CLOSED = (
    "The researchers have closed this round: it takes no more answers. What you submitted before counts, and what you "
    "chose here is kept as a draft."
)
UNKNOWN = (
    "This pair is no longer yours to judge: its dialogues may have been withdrawn, or it has been reassigned. "
    "Your submitted answers are kept."
)
BROKEN = "What your browser sent cannot be read. Please load this page again."


class Refused(Exception):
    """Nothing was submitted. ``sentences`` say why and what to do."""

    def __init__(self, reason: Reason, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.reason = reason
        self.sentences: Sequence[str] = sentences

    @property
    def status(self) -> int:
        """Of the response."""
        return STATUS[self.reason]

    @property
    def leads_on(self) -> bool:
        """Whether nothing can be done on this page any more."""
        return self.reason in ("already_judged", "closed", "unknown")

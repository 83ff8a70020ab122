"""What the chat page shows of a dialogue."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.shortcuts import get_object_or_404
from django.urls import reverse

from collection.chat.protocol import DRAFT_LIMIT, MESSAGE_LIMIT
from collection.participation.credentials import Visitor
from collection.participation.goals import Progress, progress_of
from studies.models import Dialogue, Generation, Turn

_MODULES = ("composer", "connection", "goal", "log", "memory", "reply", "scrolling", "typing")
SCRIPTS = tuple(f"chat/{name}.js" for name in _MODULES)
"""What chat.js imports: the page names it, so that a browser fetches all at once."""
UNANSWERED = "The chatbot did not answer this message."


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn, the chatbot's last try at it, and how many of the oldest turns that try could not take in."""

    turn: Turn
    last_try: Generation | None
    left_out: int = 0

    @property
    def number(self) -> int:
        return self.turn.position + 1

    @property
    def is_under_way(self) -> bool:
        return self.last_try is not None and self.last_try.state in Generation.IN_FLIGHT

    @property
    def may_retry(self) -> bool:
        return self.turn.state == Turn.State.PENDING and not self.is_under_way

    @property
    def text(self) -> str:
        """What there is of the reply; one under way is written by the page itself, which has newer text."""
        if self.turn.state == Turn.State.PENDING:
            return self.last_try.text if self.last_try and self.may_retry else ""
        return self.turn.response

    @property
    def remark(self) -> str:
        """What became of a reply that the person did not want to hear out."""
        if self.last_try is None or self.last_try.state != Generation.State.STOPPED:
            return ""
        return "You stopped this reply." if self.turn.response else "You stopped this reply before it began."

    @property
    def trouble(self) -> str:
        """Why there is no whole reply, in a sentence; empty while there may be one, or where the person stopped it."""
        is_lost = self.may_retry or (self.turn.state == Turn.State.FAILED and not self.remark)
        return ((self.last_try.message if self.last_try else "") or UNANSWERED) if is_lost else ""


@dataclass(frozen=True, slots=True)
class ChatPage:
    """A dialogue as its participant sees it."""

    dialogue: Dialogue
    turns: list[ShownTurn]
    progress: Progress
    limit: int = MESSAGE_LIMIT
    draft_limit: int = DRAFT_LIMIT
    scripts: tuple[str, ...] = SCRIPTS

    @property
    def label(self) -> str:
        """What is to be said about the chatbot, as it was when the dialogue began."""
        return str(self.dialogue.responder.get("label", ""))

    @property
    def socket(self) -> str:
        """The path of the dialogue's socket, which Django's addresses do not hold."""
        return f"{reverse('welcome', args=[self.dialogue.study.slug])}socket/{self.dialogue.token}/"


def read_page(dialogue: Dialogue) -> ChatPage:
    return ChatPage(dialogue, _shown(dialogue, dialogue.turns.all()), progress_of(dialogue))


def find_turn(visitor: Visitor, token: str, position: int) -> Turn:
    """The turn of a dialogue that this visitor may see. Raises Http404, whatever is wrong."""
    turns = Turn.objects.filter(dialogue__in=visitor.dialogues).select_related("dialogue")
    return get_object_or_404(turns, dialogue__token=token, position=position)


def read_turn(turn: Turn) -> ShownTurn:
    [shown] = _shown(turn.dialogue, [turn])
    return shown


def _shown(dialogue: Dialogue, turns: Iterable[Turn]) -> list[ShownTurn]:
    """The turns in order, with two queries however many there are."""
    tries = {each.turn_id: each for each in Generation.objects.filter(turn__in=turns).order_by("attempt")}
    outputs = dialogue.outputs.filter(side="responder").values("position").annotate(most=Max("left_out"))
    left_out = {row["position"]: row["most"] for row in outputs}
    return [ShownTurn(turn, tries.get(turn.pk), left_out.get(turn.position, 0)) for turn in turns]

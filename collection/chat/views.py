"""The chat page: its doors, and what it shows of a dialogue."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from collection.chat.protocol import DRAFT_LIMIT, MESSAGE_LIMIT
from collection.models import Participant
from collection.participation.enrolment import ChatEnrolment
from collection.participation.goals import Progress, progress_of
from enrolment.access import only_at, visitors_only
from enrolment.pages import render_page
from enrolment.protocol import Visitor
from studies.models import Dialogue, Generation, Turn

_MODULES = ("composer", "connection", "goal", "log", "memory", "reply", "scrolling", "typing")
SCRIPTS = tuple(f"chat/{name}.js" for name in _MODULES)
"""What chat.js imports: the page names it, so that a browser fetches all at once."""
UNANSWERED = "The chatbot did not answer this message."


@only_at(ChatEnrolment, "chat")
def chat(request: HttpRequest, visitor: Visitor[Participant]) -> HttpResponse:
    """Show the running dialogue."""
    page = _read_page(get_object_or_404(visitor.person.dialogues, ended_at=None))
    return render_page(request, "chat/chat.html", visitor.enrolment, visitor.person, page=page)


@visitors_only(ChatEnrolment)
def chat_turn(request: HttpRequest, visitor: Visitor[Participant], token: str, position: int) -> HttpResponse:
    """Show one turn as it is now, for a page that shows the others."""
    return render(request, "chat/_turn.html", {"turn": _read_turn(_find_turn(visitor, token, position))})


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
        return self.last_try is not None and self.last_try.is_in_flight

    @property
    def may_retry(self) -> bool:
        return self.turn.state == Turn.State.PENDING and not self.is_under_way

    @property
    def text(self) -> str:
        """The reply so far; one under way is written by the page itself, which has newer text."""
        if self.turn.state == Turn.State.PENDING:
            return self.last_try.text if self.last_try and self.may_retry else ""
        return self.turn.response

    @property
    def remark(self) -> str:
        """The sentence below a reply that the participant stopped."""
        if self.last_try is None or self.last_try.state != Generation.State.STOPPED:
            return ""
        return "You stopped this reply." if self.turn.response else "You stopped this reply before it began."

    @property
    def trouble(self) -> str:
        """Why the reply is not complete, in a sentence; empty while it may be yet, or if the participant stopped it."""
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
        """The label of the chatbot, as it was when the dialogue began."""
        return str(self.dialogue.responder.get("label", ""))

    @property
    def socket(self) -> str:
        """The path of the dialogue's socket, which is not among Django's addresses."""
        return f"{reverse('welcome', args=[self.dialogue.study.slug])}socket/{self.dialogue.token}/"


def _read_page(dialogue: Dialogue) -> ChatPage:
    return ChatPage(dialogue, _shown(dialogue, dialogue.turns.all()), progress_of(dialogue))


def _find_turn(visitor: Visitor[Participant], token: str, position: int) -> Turn:
    """Return the turn of a dialogue that this visitor may see. Raises Http404, whatever is wrong."""
    turns = Turn.objects.filter(dialogue__in=visitor.person.dialogues).select_related("dialogue")
    return get_object_or_404(turns, dialogue__token=token, position=position)


def _read_turn(turn: Turn) -> ShownTurn:
    [shown] = _shown(turn.dialogue, [turn])
    return shown


def _shown(dialogue: Dialogue, turns: Iterable[Turn]) -> list[ShownTurn]:
    """Return the turns in order, with two queries however many there are."""
    tries = {each.turn_id: each for each in Generation.objects.filter(turn__in=turns).order_by("attempt")}
    outputs = dialogue.outputs.filter(speaker="responder").values("position").annotate(most=Max("left_out"))
    left_out = {row["position"]: row["most"] for row in outputs}
    return [ShownTurn(turn, tries.get(turn.pk), left_out.get(turn.position, 0)) for turn in turns]

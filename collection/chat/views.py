"""The chat page: its views, and the dialogue that it shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from collection.chat.generations import PRESS_RETRY, say_end
from collection.chat.protocol import DRAFT_LIMIT, MESSAGE_LIMIT
from collection.chat.words import script_words
from collection.models import Participant
from collection.participation.enrolment import ChatEnrolment
from collection.participation.goals import Progress, progress_of
from enrolment.access import only_at, visitors_only
from enrolment.pages import render_page
from enrolment.protocol import Visitor
from studies.chatbots import common_label
from studies.language_models.catalogue import read_catalogue
from studies.models import Dialogue, Generation, Turn

_MODULES = ("composer", "connection", "goal", "log", "markdown", "memory", "reply", "scrolling", "typing")
SCRIPTS = ("words.js", *(f"chat/{name}.js" for name in _MODULES))
"""The modules that chat.js imports, listed on the page so that browsers fetch them in parallel."""
UNANSWERED = gettext_noop("The chatbot did not answer this message.")


@only_at(ChatEnrolment, "chat")
def chat(request: HttpRequest, visitor: Visitor[Participant]) -> HttpResponse:
    """Show the running dialogue."""
    page = _read_page(get_object_or_404(visitor.person.dialogues.select_related("condition"), ended_at=None))
    return render_page(request, "chat/chat.html", visitor.enrolment, visitor.person, page=page)


@visitors_only(ChatEnrolment)
def chat_turn(request: HttpRequest, visitor: Visitor[Participant], token: str, position: int) -> HttpResponse:
    """Return the current content of one turn, for a page that already shows the others."""
    return render(request, "chat/_turn.html", {"turn": _read_turn(_find_turn(visitor, token, position))})


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn, the chatbot's last attempt at it, and the number of oldest turns that did not fit its context."""

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
        """Return the reply so far; empty for one in progress, because the page itself has newer text."""
        if self.turn.state == Turn.State.PENDING:
            return self.last_try.text if self.last_try and self.may_retry else ""
        return self.turn.response

    @property
    def remark(self) -> str:
        """Return the sentence below a reply that the participant stopped."""
        if self.last_try is None or self.last_try.state != Generation.State.STOPPED:
            return ""
        return (
            gettext("You stopped this reply.")
            if self.turn.response
            else gettext("You stopped this reply before it began.")
        )

    @property
    def trouble(self) -> str:
        """Return why the reply is incomplete; empty while it may still be completed, or if the participant stopped it."""
        message = (self.last_try.message if self.last_try else "") or UNANSWERED
        if self.may_retry:
            return say_end(message)
        is_lost = self.turn.state == Turn.State.FAILED and not self.remark
        return say_end(message.removesuffix(PRESS_RETRY)) if is_lost else ""


@dataclass(frozen=True, slots=True)
class ChatPage:
    """A dialogue as shown to its participant."""

    dialogue: Dialogue
    turns: list[ShownTurn]
    progress: Progress
    limit: int = MESSAGE_LIMIT
    draft_limit: int = DRAFT_LIMIT
    scripts: tuple[str, ...] = SCRIPTS

    @property
    def words(self) -> dict[str, str]:
        """Return the words of the page's scripts."""
        return script_words()

    @property
    def label(self) -> str:
        """Return the chatbot's label at the start of the dialogue, but none that would tell which condition this is."""
        if self.dialogue.condition_id is not None:
            return common_label(self.dialogue.study, read_catalogue())
        return str(self.dialogue.responder.get("label", ""))

    @property
    def instruction(self) -> str:
        condition = self.dialogue.condition
        return (condition.instruction if condition else "") or self.dialogue.study.instruction

    @property
    def socket(self) -> str:
        """Return the path of the dialogue's socket, which is not one of Django's URLs."""
        return f"{reverse('welcome', args=[self.dialogue.study.slug])}socket/{self.dialogue.token}/"


def _read_page(dialogue: Dialogue) -> ChatPage:
    return ChatPage(dialogue, _shown(dialogue, dialogue.turns.all()), progress_of(dialogue))


def _find_turn(visitor: Visitor[Participant], token: str, position: int) -> Turn:
    """Return the turn of a dialogue that this visitor may see. Raises Http404 for any other turn."""
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

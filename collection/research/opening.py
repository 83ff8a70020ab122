"""Opening a study to participants, and closing it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from collection.models import Recruitment
from collection.participation.chatbot import find_sheet, prompts_for, prompts_for_any_goal
from collection.participation.goals import leave_dialogues
from dialogue.backends import registry
from dialogue.backends.base import ModelMisconfigured
from studies.audit import Verb, record
from studies.chatbots import ChosenChatbot, chatbots_of
from studies.conditions import find_faults
from studies.language_models.catalogue import Catalogue, missing_piece, read_catalogue
from studies.language_models.identities import find_spec
from studies.language_models.trial import NoAnswer, NotYet, ask_responder, refuse_unmeasured
from studies.models import Dialogue, Study, refuse_archived
from studies.questionnaires import read_features


class NotReady(ValueError):
    """The study cannot be opened; the message gives the reason in a sentence."""


class NotReadyYet(NotReady):
    """The study can probably be opened soon, once a chatbot on this machine is measured or loaded."""


def open_study(study: Study, patience: float | None = None) -> None:
    """Let participants enrol and chat once each chatbot has answered the first goal. Raises NotReady without changing anything.

    Opening takes as long as the chatbots need to answer, but less than a minute, or ``patience`` seconds, for each. Without
    ``patience`` it does not wait for a measurement of a chatbot's speed on this machine, which goes on in the background, but
    raises NotReadyYet. Raises Archived, too.
    """
    refuse_archived(study.pk)
    lacks = what_it_lacks(study)
    if lacks:
        raise NotReady(lacks[0])
    tested = chatbots_of(study)
    for chatbot in tested if patience is None else ():
        with _refusal(chatbot):
            refuse_unmeasured(chatbot.model)
    for chatbot in tested:
        with _refusal(chatbot):
            _test(study, chatbot, patience)
    _open(study, tested, timezone.now())


@contextmanager
def _refusal(chatbot: ChosenChatbot) -> Iterator[None]:
    """Raise NotReady, with the reason, if the chatbot does not answer."""
    try:
        yield
    except NotYet as reason:
        raise NotReadyYet(f"The study is not open yet. {reason}") from reason
    except NoAnswer as reason:
        raise NotReady(
            f"The study was not opened because its chatbot {chatbot.model!r} did not answer a test message. {reason}"
        ) from reason


def _test(study: Study, chatbot: ChosenChatbot, patience: float | None) -> None:
    """Send the chatbot a test message. Raises NoAnswer."""
    goal = study.goals.all()[0].text
    prompts = prompts_for(settings.MODELS_FILE, study, chatbot, goal)
    ask_responder(chatbot.model, goal, patience, prompts, chatbot.sampling)


@transaction.atomic
def _open(study: Study, tested: list[ChosenChatbot], now: datetime) -> None:
    now_stored = Study.objects.select_for_update().get(pk=study.pk)
    refuse_archived(study.pk)
    if chatbots_of(now_stored) != tested:
        raise NotReady("The study was not opened because its chatbot was changed during the test. Open it again.")
    Recruitment.objects.update_or_create(study=study, defaults={"is_open": True, "chatbot_answered_at": now})
    record(study, Verb.OPENED, "the study to participants")


def close_study(study: Study) -> int:
    """Close the study, so that no one can enrol or chat. End dialogues in progress as left, and return their number.

    Others must see that it is closed before its dialogues are ended: a participant may begin a goal at the same moment.
    """
    with transaction.atomic():
        recruitment, _ = Recruitment.objects.select_for_update().get_or_create(study=study)
        recruitment.is_open = False
        recruitment.save(update_fields=["is_open"])
    return _end_dialogues(study)


@transaction.atomic
def _end_dialogues(study: Study) -> int:
    """Wait for participants who begin a goal, which they do with their row locked, and end all dialogues in progress."""
    list(study.participants.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
    running = study.dialogues.filter(kind=Dialogue.Kind.NATURAL, ended_at=None)
    tokens = list(running.values_list("token", flat=True))
    leave_dialogues(running, timezone.now())
    record(study, Verb.CLOSED, "the study to participants")
    return len(tokens)


def what_it_lacks(study: Study) -> list[str]:
    """Return why participants cannot chat in the study yet, one sentence per reason."""
    catalogue = read_catalogue()
    reasons = list(_what_draft_lacks(study))
    reasons = reasons or [fault.sentence for fault in find_faults(study, catalogue)]
    reasons = reasons or [lack for one in chatbots_of(study) for lack in _what_chatbot_lacks(study, one, catalogue)]
    return list(dict.fromkeys(reasons))


def _what_draft_lacks(study: Study) -> Iterator[str]:
    if not study.goals.exists():
        yield "The study has no goals yet. Add at least one."
    if not read_features(study.questionnaire):
        yield "The persona form has no questions yet. Add at least one."
    if not study.chatbot:
        yield "The study has no chatbot yet. Choose one."


def _what_chatbot_lacks(study: Study, chatbot: ChosenChatbot, catalogue: Catalogue) -> list[str]:
    spec = catalogue.models.get(chatbot.model)
    if slips := catalogue.slips(chatbot.model):
        return slips
    if spec is None or spec.responder is None:
        return [f"models.toml has no responder {chatbot.model!r}. Choose another chatbot, or add it there."]
    if problem := missing_piece(spec) or _what_does_not_fit(study, chatbot):
        return [f"The chatbot {chatbot.model!r} cannot answer. {problem}"]
    return []


def _what_does_not_fit(study: Study, chatbot: ChosenChatbot) -> str:
    """Return a sentence that says why some message of the method would not reach the chatbot; empty if all would."""
    try:
        spec, _ = find_spec(settings.MODELS_FILE, chatbot.model, "responder")
        registry.fit_speaker(spec, "responder")
        find_sheet(study, chatbot.character)
        registry.fit_prompts(spec, prompts_for_any_goal(settings.MODELS_FILE, chatbot).prompts)
    except ModelMisconfigured as error:
        return str(error)
    return ""

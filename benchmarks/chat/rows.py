"""The rows that the benchmark creates in the site's database, and the checks of stored rows. Needs Django set up."""

from collections.abc import Sequence
from random import Random

from django.db.models import QuerySet, Sum

from benchmarks.chat.people import Heard, Lost, Person
from benchmarks.chat.site import Load
from collection.models import Participant, Recruitment
from collection.participation.enrolment import ChatEnrolment
from collection.participation.goals import begin_goal
from collection.participation.persona_form import answer_form
from dialogue import goals, personas
from enrolment.landing import enrol
from studies.models import Generation, Output, Study, Turn
from studies.services import paper_questionnaire


def make_study(name: str) -> Study:
    """Create an open study with one goal, whose chatbot is the model of that name."""
    study = Study.objects.create(slug=name, title=name, chatbot=name, questionnaire=paper_questionnaire())
    goal = goals.load_listed()[0]
    study.goals.create(number=goal.number, domain=goal.domain, text=goal.text)
    Recruitment.objects.create(study=study, is_open=True)
    return study


def bring_in(study: Study, count: int, load: Load, messages: int) -> list[Person]:
    """Enrol participants who have consented, filled in the form and begun; each has different messages to send."""
    first = study.participants.count()
    return [_bring_in(study, number, load, messages) for number in range(first, first + count)]


def _bring_in(study: Study, number: int, load: Load, messages: int) -> Person:
    participant = enrol(ChatEnrolment(study))
    listed = personas.load_listed()
    answer_form(participant, listed[number % len(listed)].features)
    dialogue = begin_goal(participant)
    assert dialogue is not None, "the study has a goal"
    said = [_message(load, f"{study.slug} {number} {position}") for position in range(messages)]
    return Person(study.slug, dialogue.token, _cookie(participant), said)


def _message(load: Load, seed: str) -> str:
    draw = Random(seed)
    return load.shape.vocabulary.text([draw.randrange(1 << 20) for _ in range(load.message_words)])


def _cookie(participant: Participant) -> str:
    """Return the cookie header of the participant's browser."""
    tokens = ChatEnrolment.tokens
    return f"{tokens.cookie}={tokens.sign_cookie(participant.token)}"


def check_stored(person: Person, replies: Sequence[Heard]) -> None:
    """Check that the database contains all messages and replies once, in order and unchanged. Raises Lost."""
    turns = Turn.objects.filter(dialogue__token=person.dialogue).order_by("position")
    said = [(position, message, "complete") for position, message in enumerate(person.messages)]
    if list(turns.values_list("position", "utterance", "state")) != said:
        raise Lost(f"The person sent {said}, but the database contains {list(turns.values())}.")
    for turn, heard in zip(turns, replies, strict=True):
        if not heard.is_of(turn.response):
            raise Lost(f"The person received {heard.text!r}, but the database contains {turn.response!r}.")
    _check_tries(turns)


def _check_tries(turns: QuerySet[Turn]) -> None:
    """Check that each turn took one try, whose text is the reply of the turn. Raises Lost."""
    tries = Generation.objects.filter(turn__in=turns).order_by("turn__position")
    made = [(text.strip(), state) for text, state in tries.values_list("text", "state")]
    if made != [(response, "complete") for response in turns.values_list("response", flat=True)]:
        raise Lost(f"Not every reply was generated exactly once: {made}.")


def generated_tokens(people: Sequence[Person]) -> int:
    """Return the tokens of all replies to them. Raises Lost unless each reply has one output with a token count."""
    outputs = Output.objects.filter(dialogue__token__in=[person.dialogue for person in people])
    counted = outputs.exclude(completion_tokens=None).count()
    if counted != sum(len(person.messages) for person in people):
        raise Lost(f"The database contains {counted} outputs of the chatbot with a token count.")
    tokens: int = outputs.aggregate(all=Sum("completion_tokens"))["all"]
    return tokens

"""What the benchmark puts into the site's database, and what it finds there afterwards. Needs Django set up."""

from collections.abc import Sequence
from random import Random

from django.db.models import QuerySet, Sum
from django.http import HttpResponse

from benchmarks.chat.people import Heard, Lost, Person
from benchmarks.chat.site import Load
from collection.models import Recruitment
from collection.participation.credentials import COOKIE, Visitor, set_cookie
from collection.participation.enrolment import answer_form, enrol
from collection.participation.goals import begin_goal
from dialogue import goals, personas
from studies.models import Generation, Output, Study, Turn
from studies.services import paper_questionnaire


def make_study(name: str) -> Study:
    """A study that takes participants, has one goal, and whose chatbot is the model of that name."""
    study = Study.objects.create(slug=name, title=name, chatbot=name, questionnaire=paper_questionnaire())
    goal = goals.load_listed()[0]
    study.goals.create(number=goal.number, domain=goal.domain, text=goal.text)
    Recruitment.objects.create(study=study, is_open=True)
    return study


def bring_in(study: Study, count: int, load: Load, messages: int) -> list[Person]:
    """Participants who have consented, filled in the form and begun, each with messages of their own to say."""
    first = study.participants.count()
    return [_bring_in(study, number, load, messages) for number in range(first, first + count)]


def _bring_in(study: Study, number: int, load: Load, messages: int) -> Person:
    visitor = enrol(study)
    listed = personas.load_listed()
    answer_form(visitor.participant, listed[number % len(listed)].features)
    dialogue = begin_goal(visitor.participant)
    assert dialogue is not None, "the study has a goal"
    said = [_message(load, f"{study.slug} {number} {position}") for position in range(messages)]
    return Person(study.slug, dialogue.token, _cookie(visitor), said)


def _message(load: Load, seed: str) -> str:
    draw = Random(seed)
    return load.shape.vocabulary.text([draw.randrange(1 << 20) for _ in range(load.message_words)])


def _cookie(visitor: Visitor) -> str:
    """The header with which the participant's browser comes back."""
    response = HttpResponse()
    set_cookie(response, visitor)
    return f"{COOKIE}={response.cookies[COOKIE].coded_value}"


def check_stored(person: Person, replies: Sequence[Heard]) -> None:
    """Raises Lost unless the database holds what the person said and heard, each once, in order, word for word."""
    turns = Turn.objects.filter(dialogue__token=person.dialogue).order_by("position")
    said = [(position, message, "complete") for position, message in enumerate(person.messages)]
    if list(turns.values_list("position", "utterance", "state")) != said:
        raise Lost(f"The person said {said}, and this was stored: {list(turns.values())}.")
    for turn, heard in zip(turns, replies, strict=True):
        if not heard.is_of(turn.response):
            raise Lost(f"The person heard {heard.text!r}, and this was stored: {turn.response!r}.")
    _check_tries(turns)


def _check_tries(turns: QuerySet[Turn]) -> None:
    """Raises Lost unless each turn took one try, with the reply that the turn has."""
    tries = Generation.objects.filter(turn__in=turns).order_by("turn__position")
    made = [(text.strip(), state) for text, state in tries.values_list("text", "state")]
    if made != [(response, "complete") for response in turns.values_list("response", flat=True)]:
        raise Lost(f"Replies were not made once each: {made}.")


def generated_tokens(people: Sequence[Person]) -> int:
    """The tokens of all replies to them. Raises Lost unless each reply has one output, with its tokens counted."""
    outputs = Output.objects.filter(dialogue__token__in=[person.dialogue for person in people])
    counted = outputs.exclude(completion_tokens=None).count()
    if counted != sum(len(person.messages) for person in people):
        raise Lost(f"The database holds {counted} outputs of the chatbot whose tokens are counted.")
    tokens: int = outputs.aggregate(all=Sum("completion_tokens"))["all"]
    return tokens

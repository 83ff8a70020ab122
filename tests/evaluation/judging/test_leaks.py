"""Only the text reveals the artificial side: all that browsers receive about 200 pairs does not help to guess it."""

from collections.abc import Callable, Iterator, Mapping
from cProfile import Profile
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from evaluation.answers import artificial_side
from evaluation.evaluators.reservations import take_assignment
from evaluation.judging.current_pair import current_presentation
from evaluation.models import Evaluation, Evaluator, Pair, Presentation
from evaluation.planning.opening import open_evaluation
from studies.models import Turn
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study
from tests.evaluation.judging.guessing import LEVEL, Play, Received, strongest_clue
from tests.evaluation.judging.texts import NATURAL, SIMULATED, Turns
from tests.evaluation.judging.visits import client_of, pairs, post
from tests.thoroughness import IS_THOROUGH

pytestmark = [pytest.mark.timeout(900), pytest.mark.django_db, pytest.mark.computes]
PAIRS = 200
COUNTED = 5 if IS_THOROUGH else 2
"""In how many of the five assignments the server's work is counted. Counting doubles the time of a response."""
UNSURE = {"choice": "not_sure", "confidence": "confident", "utterance_number": 0}
MODEL = "mixtral"


@pytest.fixture(scope="module")
def plays(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[Play]]:
    """200 pairs, judged by five people who got forty each, in assignments of the planner."""
    with django_db_blocker.unblock(), transaction.atomic():
        study = make_judged_study("leaks", people=20, goals=10, models=(MODEL,), turns=0)
        evaluation = make_evaluation(study, state=Evaluation.State.PLANNED, pairs_per_evaluator=40, seed=73)
        _write(evaluation, Random(73))
        open_evaluation(evaluation)
        evaluation.refresh_from_db()
        yield [play for number in range(5) for play in _judge(_enter(evaluation), number)]
        transaction.set_rollback(True)


def _write(evaluation: Evaluation, draw: Random) -> None:
    """People's dialogues and the model's are as different as in life, in length too."""
    turns = []
    for dialogue in evaluation.study.dialogues.all():
        texts: Turns = NATURAL if dialogue.kind == dialogue.Kind.NATURAL else SIMULATED
        for position, (prompt, answer) in enumerate(texts[: draw.randint(1, len(texts))]):
            turns.append(
                Turn(dialogue=dialogue, position=position, key=f"key-{position}", utterance=prompt, response=answer)
            )
    Turn.objects.bulk_create(turns)


def _enter(evaluation: Evaluation) -> Evaluator:
    evaluator = make_evaluator(evaluation, state=Evaluator.State.ENROLLED)
    assert take_assignment(evaluator, timezone.now())
    evaluator.refresh_from_db()
    return evaluator


def _judge(evaluator: Evaluator, number: int) -> Iterator[Play]:
    client = client_of(evaluator)
    while presentation := current_presentation(evaluator):
        receive = partial(_receive, number < COUNTED)
        responses = list(_responses(client, evaluator, presentation, receive))
        yield Play(number, str(artificial_side(presentation)), presentation.token, responses)


def _responses(
    client: Client,
    evaluator: Evaluator,
    presentation: Presentation,
    receive: Callable[[str, Callable[[], Any]], Received],
) -> Iterator[Received]:
    at = [pairs(evaluator, presentation.token, part) for part in ("draft", "state", "submit")]
    yield receive("page", lambda: client.get(pairs(evaluator, presentation.token)))
    yield receive("draft", lambda: post(client, at[0], {"choice": "first"}, clocks={"elapsed": 1.0}))
    yield receive("state", lambda: client.get(at[1]))
    yield receive("refusal", lambda: post(client, at[2], {"choice": "first"}, key=""))
    yield receive("submit", lambda: post(client, at[2], UNSURE, key=presentation.token))
    yield receive("again", lambda: post(client, at[2], UNSURE, key="another"))


def _receive(is_counted: bool, kind: str, ask: Callable[[], Any]) -> Received:
    response, work = _counted(ask) if is_counted else (ask(), 0)
    cookies = {name: morsel.OutputString() for name, morsel in response.cookies.items()}
    return Received(kind, response.status_code, dict(response.headers), cookies, response.text, work)


def _counted(ask: Callable[[], Any]) -> tuple[Any, int]:
    """What ``ask`` returns, and how many Python functions it called: server time that no other work can change."""
    with Profile(subcalls=False, builtins=False) as profile:
        response = ask()
    return response, sum(entry.callcount for entry in profile.getstats())


def test_nobody_can_guess_the_artificial_side(plays: list[Play]) -> None:
    clue = strongest_clue(plays)
    assert clue.chance > LEVEL, clue


def test_sides_are_as_likely_and_every_page_was_received(plays: list[Play]) -> None:
    assert [sum(play.artificial == "first" for play in plays if play.assignment == number) for number in range(5)] == [
        20
    ] * 5
    assert {received.status for play in plays for received in play.responses if received.kind == "page"} == {200}
    assert {received.status for play in plays for received in play.responses if received.kind == "submit"} == {200}


@pytest.mark.parametrize("word", [MODEL, "simulated", "natural", "artificial_side", "is_natural", "llama", "gpt-4"])
def test_no_response_names_a_model_or_a_kind(plays: list[Play], word: str) -> None:
    bodies = [received.body + str(received.headers) for play in plays for received in play.responses]
    assert not [body for body in bodies if word in body.lower()]


def test_no_response_shows_a_number_of_the_database(plays: list[Play]) -> None:
    """Tokens are random; every other number in a page is one that everybody sees."""
    tokens = {play.token for play in plays}
    assert len(tokens) == PAIRS
    assert {len(token) for token in tokens} == {22}
    for play in plays:
        assert not [
            received for received in play.responses if 'data-pk="' in received.body or "pair_id" in received.body
        ]


def test_no_page_tells_other_sites_where_it_was(plays: list[Play]) -> None:
    for received in (received for play in plays for received in play.responses):
        assert received.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert "no-store" in received.headers["Cache-Control"]


def leak_header(received: Received, artificial: str) -> Received:
    return replace(received, headers=dict(received.headers) | {"X-Order": artificial})


def leak_cookie_size(received: Received, artificial: str) -> Received:
    return replace(received, cookies={"seen": "x" * (8 + (artificial == "first"))})


def leak_class(received: Received, artificial: str) -> Received:
    return replace(received, body=received.body.replace(f'id="{artificial}"', f'id="{artificial}" lang="en"'))


def leak_size(received: Received, artificial: str) -> Received:
    return replace(received, body=received.body + " " * (artificial == "first"))


def leak_work(received: Received, artificial: str) -> Received:
    return replace(received, work=received.work + (5000 if received.work and artificial == "first" else 0))


def leak_order(received: Received, artificial: str) -> Received:
    if artificial == "first":
        return received
    body = received.body.replace('id="first"', "?").replace('id="second"', 'id="first"').replace("?", 'id="second"')
    return replace(received, body=body)


@pytest.mark.parametrize(
    ("leak", "kind"),
    [
        (leak_header, "page"),
        (leak_header, "submit"),
        (leak_cookie_size, "draft"),
        (leak_class, "page"),
        (leak_size, "page"),
        (leak_size, "state"),
        (leak_order, "page"),
    ],
)
def test_a_leak_would_be_noticed(plays: list[Play], leak: Callable[[Received, str], Received], kind: str) -> None:
    """Three times in four it tells the truth."""
    clue = strongest_clue([_planted(play, leak, kind, number // 2 % 4 > 0) for number, play in enumerate(plays)])
    assert clue.chance < LEVEL, clue


def test_a_leak_in_the_servers_work_would_be_noticed(plays: list[Play]) -> None:
    """Nine times in ten it tells the truth: work is counted for fewer pairs, but it depends on nothing else."""
    clue = strongest_clue([_planted(play, leak_work, "submit", number % 10 > 0) for number, play in enumerate(plays)])
    assert clue.chance < LEVEL, clue
    assert clue.trait.startswith("submit work"), clue


def test_a_leak_in_the_token_would_be_noticed(plays: list[Play]) -> None:
    planted = [replace(play, token=("a" if play.artificial == "first" else "b") + play.token) for play in plays]
    assert strongest_clue(planted).chance < LEVEL


def _planted(play: Play, leak: Callable[[Received, str], Received], kind: str, is_true: bool) -> Play:
    other: Mapping[str, str] = {"first": "second", "second": "first"}
    told = play.artificial if is_true else other[play.artificial]
    return replace(play, responses=[leak(each, told) if each.kind == kind else each for each in play.responses])


def test_every_pair_was_played_once(plays: list[Play]) -> None:
    assert len(plays) == PAIRS
    assert Pair.objects.filter(judgements__submitted_at__isnull=False).distinct().count() == PAIRS

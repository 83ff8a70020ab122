"""Odd requests to every address of the site, from all kinds of visitors: which of them cause server errors?

Run it in a separate installation, on either database. Each request is rolled back, so that all meet the same site.
"""

import html
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler

from analysis.models import Report
from analysis.power.estimates import request_estimate
from analysis.statistics.power_plans import PowerQuestion
from collection.models import Participant
from enrolment.models import Person
from evaluation.models import Evaluator, Presentation
from simulation.models import Run
from studies.models import Dialogue, Study
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.enrolment.people import come_back, personal_token
from tests.evaluation.factories import make_evaluation, make_evaluator
from tests.factories import make_character, make_staff
from tests.roleplay_site.oddities import BODIES, FORM, HEADERS, METHODS, TEXTS
from tests.roleplay_site.url_table import address, routes

Request = dict[str, Any]
_QUESTION = PowerQuestion({"a": 0.6, "b": 0.8}, evaluators=(4, 6), pairs=10, studies=6)
_VALUES = {
    "slug": "demo",
    "number": 1,
    "name": "natural.jsonl",
    "position": 0,
    "shown": 0,
    "reference": "plain",
    "speaker": "inquirer",
}


def failures(count: int, seed: int) -> list[str]:
    """Return those of the random requests that ended in a 5xx, each with its exception."""
    site, random = _Site(), Random(seed)
    return [failed for request in site.requests(random, count) if (failed := site.failure(request))]


class _Site:
    """Return a study with chats and judgements, all visitors' browsers, and the addresses of its pages."""

    def __init__(self) -> None:
        evaluation = make_evaluation()
        study: Study = evaluation.study
        person = make_participant(study)
        evaluator = make_evaluator(evaluation)
        chat = make_natural_dialogue(person)
        self._clients = {
            "stranger": _browser(),
            "participant": _with_cookie(person),
            "evaluator": _with_cookie(evaluator),
            "guest": _logged_in(User.objects.create_user("guest", is_staff=True)),
            "researcher": _logged_in(make_staff()),
            "superuser": _logged_in(User.objects.create_superuser("root")),
        }
        self._tokens = _tokens(study, evaluator, person, chat)

    def requests(self, random: Random, count: int) -> Iterator[Request]:
        """Yield requests to every route in turn and to an unknown address, each with one odd property."""
        table = [*routes(), "/nothing/here/"]
        oddities: list[Callable[[Random, Request], Request]] = [
            _odd_header,
            _odd_body,
            _odd_query,
            _odd_path,
            self._odd_form,
            _plain,
        ]
        for number in range(count):
            route = table[number % len(table)]
            request = {
                "role": random.choice([*self._clients, *_regulars(route)]),
                "method": random.choice(METHODS),
                "route": route,
                "values": _VALUES | {"token": self._token(route)},
                "query": "",
                "headers": {},
                "body": (FORM, b""),
            }
            yield random.choice(oddities)(random, request)

    def failure(self, request: Request) -> str:
        """Return the exception if the request caused a server error."""
        kind, body = request["body"]
        response = self._send(request, body, kind)
        if response.status_code < 500:
            return ""
        raised = response.exc_info[0].__name__ if getattr(response, "exc_info", None) else ""
        return f"{response.status_code} {raised}: {ascii(request)[:600]}"

    def _send(self, request: Request, body: bytes, kind: str) -> Any:
        where = address(request["route"], **request["values"]).replace("?", "%3F").replace("#", "%23")
        where = where.encode("utf-8", "surrogatepass").decode("latin-1") if not where.isascii() else where
        client = self._clients[request["role"]]
        cookies = deepcopy(client.cookies)
        with transaction.atomic():
            try:
                return client.generic(
                    request["method"], where, body, kind, QUERY_STRING=request["query"], **request["headers"]
                )
            finally:
                transaction.set_rollback(True)
                client.cookies = cookies

    def _token(self, route: str) -> str:
        return next((token for part, token in self._tokens.items() if part in route), "nothing")

    def _odd_form(self, random: Random, request: Request) -> Request:
        """Return the page's form with one field changed, duplicated or omitted."""
        page = self._send(request | {"method": "GET"}, b"", FORM)
        fields = _fields(getattr(page, "content", b"").decode()) if not getattr(page, "streaming", False) else []
        if not fields:
            return request
        at, (name, value) = random.choice(list(enumerate(fields)))
        changed = [[], [(name, value)] * 2, [(name, random.choice(TEXTS))], [(name + random.choice(TEXTS), value)]]
        fields[at : at + 1] = random.choice(changed[:2] + changed[2:] * 6)
        return request | {"method": "POST", "body": (FORM, _encoded(fields))}


def _with_cookie(person: Person) -> Client:
    client = _browser()
    come_back(client, person)
    return client


def _logged_in(user: User) -> Client:
    client = _browser()
    client.force_login(user)
    return client


def _browser() -> Client:
    """Return a browser that has loaded a form of the site, so that its forms are accepted."""
    secret = "x" * 32
    client = Client(raise_request_exception=False, HTTP_X_CSRFTOKEN=secret, HTTP_HOST="localhost")
    client.handler = _handler()
    client.cookies["csrftoken"] = secret
    return client


@cache
def _handler() -> ClientHandler:
    """Return the site for all browsers, which loads its middleware and lists its static files once."""
    return ClientHandler(enforce_csrf_checks=True)


def _tokens(study: Study, evaluator: Evaluator, person: Participant, chat: Dialogue) -> dict[str, str]:
    """Return the token for each kind of address, by a part of its route; the first match counts."""
    presentation = Presentation.objects.filter(assignment__evaluator=evaluator)[0]
    report = Report.objects.create(study=study)
    return {
        "/judge/<int:number>/p/": personal_token(evaluator),
        "/pairs/": presentation.token,
        "/p/": personal_token(person),
        "/chat/": chat.token,
        "/dialogues/": chat.token,
        "/characters/": make_character().token,
        "/runs/": Run.objects.all()[0].token,
        "/analysis/": report.token,
        "/power/": request_estimate(_QUESTION).token,
    }


def _regulars(route: str) -> list[str]:
    """Return the visitors for whom the page is meant, who make up half of its visitors."""
    if not route.startswith("/s/"):
        return ["researcher", "superuser"] * 3
    return ["evaluator" if "/judge/" in route else "participant"] * 6


def _fields(page: str) -> list[tuple[str, str]]:
    """Return the fields of all forms of a page, with their values or plausible ones."""
    found = re.findall(r'<(?:input|select|textarea|button)\b[^>]*\bname="([^"]+)"(?:[^>]*\bvalue="([^"]*)")?', page)
    return [(html.unescape(name), html.unescape(value) or "1") for name, value in found]


def _encoded(fields: list[tuple[str, str]]) -> bytes:
    return urlencode(fields, errors="surrogatepass").encode()


def _plain(random: Random, request: Request) -> Request:
    return request


def _odd_header(random: Random, request: Request) -> Request:
    return request | {"headers": random.choice(HEADERS)}


def _odd_body(random: Random, request: Request) -> Request:
    return request | {"body": random.choice(BODIES), "method": "POST"}


def _odd_query(random: Random, request: Request) -> Request:
    names = ("page", "PROLIFIC_PID", "next", "run", "study", "format", "a[]", "kind", "sort", random.choice(TEXTS))
    pairs = [(random.choice(names), random.choice(TEXTS)) for _ in range(2)]
    return request | {"query": random.choice((_encoded(pairs).decode(), "%zz&&=&;", "a" * 9000, "page=%ff%00"))}


def _odd_path(random: Random, request: Request) -> Request:
    name = random.choice(list(request["values"]))
    return request | {"values": request["values"] | {name: random.choice(TEXTS).replace("\ud800", "\ufffd")}}

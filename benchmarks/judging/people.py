"""Simulated evaluators: each has a browser, which requests a pair, reports activity and submits an answer."""

import json
import re
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from random import Random

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ANSWER = {"choice": "first", "confidence": "confident", "utterance_number": 3}


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds for one pair: until its page arrived, and until its answer was accepted."""

    page: float
    submit: float
    bytes: int


class Browser:
    """The browser of one evaluator."""

    def __init__(self, address: str, cookie: str) -> None:
        self._connection = HTTPConnection(address, timeout=120)
        self._cookie = cookie
        self._token = ""

    def judge(self, door: str, pairs: int, pause: float) -> list[Waited]:
        """Judge ``pairs`` pairs, reading each for about ``pause`` seconds; the random part keeps people out of step."""
        address = self._ask("GET", door)[0].headers["Location"]
        draw = Random(self._cookie)
        waits = []
        for number in range(pairs):
            waited, address = self._judge(address, f"key-{number}", pause * draw.uniform(0.5, 1.5))
            waits.append(waited)
        self._connection.close()
        return waits

    def _judge(self, address: str, key: str, pause: float) -> tuple[Waited, str]:
        began = time.perf_counter()
        response, body = self._ask("GET", address)
        page = time.perf_counter() - began
        self._accept(response, body)
        self._post(f"{address}draft/", {"answer": {}, "clocks": {"elapsed": 0.1}})
        self._connection.close()  # as the server would while they read
        time.sleep(pause)
        began = time.perf_counter()
        content = self._post(f"{address}submit/", {"answer": _ANSWER, "clocks": {"elapsed": pause}, "key": key})
        return Waited(page, time.perf_counter() - began, len(body)), content["next"]

    def _accept(self, response: HTTPResponse, body: str) -> None:
        found = _CSRF.search(body)
        if response.status != 200 or not found:
            raise RuntimeError(f"No pair was shown: {response.status}\n{body[:500]}")
        self._token = found[1]
        if cookie := response.headers.get("Set-Cookie"):
            self._cookie += "; " + cookie.split(";")[0]

    def _post(self, address: str, said: object) -> dict[str, str]:
        response, body = self._ask("POST", address, json.dumps(said))
        if response.status != 200:
            raise RuntimeError(f"An answer was refused: {response.status}\n{body[:500]}")
        content: dict[str, str] = json.loads(body)
        return content

    def _ask(self, method: str, address: str, body: str | None = None) -> tuple[HTTPResponse, str]:
        headers = {"Cookie": self._cookie, "Content-Type": "application/json", "X-CSRFToken": self._token}
        self._connection.request(method, address, body, headers)
        response = self._connection.getresponse()
        return response, response.read().decode()

"""A browser whose requests each go to a random web process of the site, as behind a load balancer."""

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

import httpx2

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r'<option value="([^"]+)"')
_PATIENCE = 120


@dataclass(slots=True)
class Answers:
    """The site's answers: the count of each status, and the time of each answer in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


class Browser:
    """A browser with separate cookies and a separate address; ``addresses`` are those of the web processes."""

    def __init__(self, number: int, addresses: Sequence[str], answers: Answers) -> None:
        self._draw, self._addresses, self._answers = Random(number), addresses, answers
        where = f"10.0.{number // 250}.{number % 250 + 1}"
        self._client = httpx2.AsyncClient(headers={"X-Forwarded-For": where}, timeout=_PATIENCE, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    @property
    def cookie(self) -> str:
        """Return the cookie header of this browser."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._client.cookies.jar)

    def any_address(self) -> str:
        return self._draw.choice(self._addresses)

    async def open(self, path: str) -> httpx2.Response:
        """Return the page at the path, after redirects."""
        return await self._follow(await self._ask("GET", path))

    async def send_form(self, page: httpx2.Response, path: str = "", **fields: str) -> httpx2.Response:
        """Send the page's form: hidden fields, the first option of each question, and ``fields``. Return the next page."""
        said = dict(_HIDDEN.findall(page.text))
        for name, options in _SELECT.findall(page.text):
            said[name] = html.unescape(_OPTION.findall(options)[0])
        return await self._follow(await self._ask("POST", path or page.url.path, data=said | fields))

    async def send_json(
        self, page: httpx2.Response, path: str, said: Mapping[str, object]
    ) -> tuple[dict[str, str], float]:
        """Send a request of the page's script. Return the answer and its time in seconds."""
        found = _CSRF.search(page.text)
        headers = {"X-CSRFToken": found[1] if found else ""}
        began = perf_counter()
        response = await self._ask("POST", path, json=said, headers=headers)
        told: dict[str, str] = response.json() if response.status_code == 200 else {}
        return told, perf_counter() - began

    async def _follow(self, response: httpx2.Response) -> httpx2.Response:
        while response.is_redirect:
            response = await self._ask("GET", response.headers["Location"])
        return response

    async def _ask(self, method: str, path: str, **said: object) -> httpx2.Response:
        began = perf_counter()
        response = await self._client.request(method, f"http://{self.any_address()}{path}", **said)  # type: ignore[arg-type]
        self._answers.seconds.append(perf_counter() - began)
        self._answers.statuses[response.status_code] += 1
        return response

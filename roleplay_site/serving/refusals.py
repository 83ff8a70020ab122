"""Pages for visitors whose request is refused."""

from dataclasses import dataclass
from functools import cache

from django.template.loader import render_to_string

from roleplay_site.serving.messages import Send

RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """A page that does not use the database, which may be unavailable."""

    status: int
    heading: str
    sentences: str
    retry_seconds: int | None = None
    closes: bool = False

    @property
    def page(self) -> str:
        return _render(self)

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers. ``closes`` ends the connection: the rest of the request is not read."""
        told = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        retry = {} if self.retry_seconds is None else {"Retry-After": str(self.retry_seconds)}
        return told | retry | ({"Connection": "close"} if self.closes else {})


BUSY = Refusal(
    503,
    "High demand",
    "Many people are using this site at the moment. Everything you have already sent is safe. "
    "Please wait a few seconds, then reload this page.",
    RETRY_SECONDS,
)
TOO_LARGE = Refusal(
    413,
    "Request too large",
    "The file or text that you sent is larger than this site accepts, so nothing was stored. "
    "Please go back and send a smaller file or a shorter text.",
    closes=True,
)
TOO_SLOW = Refusal(
    408,
    "Time-out",
    "Your connection was too slow or was interrupted, so nothing was stored. Please go back and send the form again.",
    closes=True,
)
NO_DATABASE = Refusal(
    503,
    "Site temporarily unavailable",
    "The site cannot reach its database at the moment. Everything you have already sent is safe. "
    "Please wait a few seconds, then reload this page. If this continues, please contact the administrator of this site.",
    RETRY_SECONDS,
)


@cache
def _render(refusal: Refusal) -> str:
    return render_to_string("refusal.html", {"refusal": refusal})


class Refused(Exception):
    """The request is refused; ``refusal`` is the answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.heading)
        self.refusal = refusal


async def send_refusal(refusal: Refusal, send: Send) -> None:
    """Answer with the refusal's page."""
    body = refusal.page.encode()
    told = refusal.headers | {"Content-Length": str(len(body))}
    headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

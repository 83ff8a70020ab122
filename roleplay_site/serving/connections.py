"""Connections that never complete a request, which uvicorn alone would keep for ever."""

import asyncio

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 1 << 16
_TOO_SLOW = (408, "Request Timeout", "Your request took too long to arrive.")
_TOO_LARGE = (431, "Request Header Fields Too Large", "The headers of your request are too large.")


class Connection(HttpToolsProtocol):
    """End a connection whose headers come too slowly or are too large; for ``uvicorn --http``.

    They have REQUEST_SECONDS from the connection, or from the first byte of a later request.
    """

    _timer: asyncio.TimerHandle | None = None
    _awaits_head = True
    _head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._awaits_head:
            self._head_size += len(data)
            if self._timer is None:
                self._start_timer()
        super().data_received(data)
        if self._awaits_head and self._head_size > HEAD_BYTES:
            self._refuse(*_TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._awaits_head, self._head_size = False, 0
        self._stop_timer()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Expect the next request, unless it arrived before this answer."""
        self._awaits_head = not self.pipeline
        super().on_response_complete()

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(settings.REQUEST_SECONDS, self._refuse, *_TOO_SLOW)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int, reason: str, sentence: str) -> None:
        self._stop_timer()
        if self.transport.is_closing():
            return
        if self._head_size:  # browsers open connections ahead, and expect no answer to nothing
            self.transport.write(_answer(status, reason, sentence))
        self.transport.close()


def _answer(status: int, reason: str, sentence: str) -> bytes:
    lines = (
        f"HTTP/1.1 {status} {reason}",
        "content-type: text/plain; charset=utf-8",
        f"content-length: {len(sentence)}",
        "connection: close",
    )
    return "\r\n".join((*lines, "", sentence)).encode("ascii")

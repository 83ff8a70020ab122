"""Errors in the consoles of pages."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError

OFFLINE = "net::ERR_INTERNET_DISCONNECTED"
"""How requests end without a connection."""
ABORTED = "net::ERR_FAILED"
"""How a request ends that a test's route aborts."""
GIVEN_UP = "WebSocket is closed before the connection is established"
"""How a socket ends that was opening when its page was left, reloaded or cut off: on a busy machine that may be any."""


class Complaints:
    """Errors in pages' consoles, including violations of the security policy, and uncaught errors.

    An error may arrive at any moment while its page is open, even after a test's last step. So a test declares the errors
    that it provokes, and none is forgotten.
    """

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._expected: list[re.Pattern[str]] = [re.compile(GIVEN_UP)]

    def listen(self, context: BrowserContext) -> None:
        """Listen to all pages of the browser's context from now on."""
        context.on("console", self._hear)
        context.on("weberror", self._catch)

    def stop_listening(self, context: BrowserContext) -> None:
        """Leave what happens from now on to others who use the same context."""
        context.remove_listener("console", self._hear)
        context.remove_listener("weberror", self._catch)

    def expect(self, *patterns: str) -> None:
        """Allow errors that match one of these regular expressions; each error ends with its address."""
        self._expected += map(re.compile, patterns)

    def assert_expected(self) -> None:
        """Assert that there were no other errors. Call it when the pages are closed."""
        unexpected = [text for text in self._heard if not any(pattern.search(text) for pattern in self._expected)]
        assert not unexpected, "\n".join(unexpected)

    def _catch(self, error: WebError) -> None:
        self._heard.append(str(error.error))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._heard.append(f"{message.text} {message.location['url']}".strip())

"""A server with a moderation endpoint, which flags every message that contains one word."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FLAGGED = "poison"


def moderate(text: str) -> dict[str, Any]:
    is_flagged = FLAGGED in text
    categories = {"violence": is_flagged, "self-harm/intent": is_flagged, "hate": False}
    return {"flagged": is_flagged, "categories": categories, "category_scores": {"violence": 0.5}}


class ModerationServer:
    """The requests that arrived, and ``answer``, with its status, instead of the true one."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.answer: tuple[int, object] | None = None

    def respond(self, body: dict[str, Any]) -> tuple[int, object]:
        self.requests.append(body)
        results = [moderate(text) for text in body["input"]]
        return self.answer or (200, {"id": "modr-1", "model": body["model"], "results": results})


@contextmanager
def moderation_server() -> Iterator[ModerationServer]:
    server = ModerationServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server.paths.append(self.path)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = server.respond(body)
            data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        server.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
        yield server
        http.shutdown()
        thread.join()

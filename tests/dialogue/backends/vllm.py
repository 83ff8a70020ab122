"""A server that speaks as vLLM does: its list of models, its check of the key and its refusals."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class _Server(ThreadingHTTPServer):
    def __init__(self, served: tuple[str, ...], key: str, *, is_loading: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.served, self.key, self.is_loading = served, key, is_loading


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_GET(self) -> None:
        if not self._is_refused():
            models = [
                {"id": name, "object": "model", "owned_by": "vllm", "max_model_len": 4096}
                for name in self.server.served
            ]
            self._answer(200, {"object": "list", "data": models})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._is_refused():
            return
        if request["model"] not in self.server.served:
            self._complain(404, "NotFoundError", f"The model `{request['model']}` does not exist.")
        else:
            self._complain(400, "BadRequestError", "list index out of range")

    def _is_refused(self) -> bool:
        if self.server.is_loading:
            self._complain(503, "unavailable_error", "Loading model")
        elif self.server.key and self.headers["Authorization"] != f"Bearer {self.server.key}":
            self._answer(401, {"error": "Unauthorized"})
        else:
            return False
        return True

    def _complain(self, status: int, kind: str, message: str) -> None:
        self._answer(status, {"error": {"message": message, "type": kind, "param": None, "code": status}})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def vllm_server(*served: str, key: str = "", is_loading: bool = False) -> Iterator[str]:
    """Yield the address of a server for the models ``served``. While it loads, it answers 503, as proxies do."""
    with _Server(served, key, is_loading=is_loading) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()

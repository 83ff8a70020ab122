"""The shipped nginx configuration keeps personal links and identifying data out of its logs."""

from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.services import nginx
from tests.services.binaries import free_port, wait_until

TOKEN = "ImFiYyI:1wabcd:0123456789_0123456789-0123456789_0123456789-"
LINKS = [
    f"/s/demo/p/{TOKEN}/",
    f"/s/demo/judge/3/p/{TOKEN}/",
    f"/s/demo//p/{TOKEN}/",
    f"//s/demo/p/{TOKEN}",
    f"/S/demo/P/{TOKEN}/?change=1",
    f"/s/demo%2Fp%2F{TOKEN}/",
    f"/login/new/MQ/{TOKEN}/",
]


class Answer(BaseHTTPRequestHandler):
    """A server that answers everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def ask(web: nginx.Nginx, address: str, referrer: str = "") -> int:
    connection = HTTPConnection("127.0.0.1", web.port, timeout=30)
    connection.request("GET", address, headers={"Referer": referrer, "User-Agent": "Test"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_log_has_neither_personal_links_nor_queries_nor_referrers(site: int, tmp_path: Path) -> None:
    with nginx.serve(tmp_path, site) as web:
        for link in LINKS:
            assert ask(web, link) == 200
        assert ask(web, "/s/demo/?PROLIFIC_PID=5f3a9", f"https://roleplay.example.org{LINKS[0]}") == 200
        for bent in ("/s/demo/%3FPROLIFIC_PID=5f3a9", "/s/demo/&PROLIFIC_PID=5f3a9", "/s/demo/PROLIFIC_PID=5f3a9"):
            assert ask(web, bent) == 200
        assert ask(web, "/static/base.css?v=7", f"https://roleplay.example.org{LINKS[1]}") == 200
        wait_until(lambda: "base.css" in web.read_logs(), what="nginx has not logged the last request")
        logs = web.read_logs()
    assert '"GET /s/demo/ HTTP/1.1" 200 0 "-" "Test"' in logs
    assert '"GET /static/base.css HTTP/1.1"' in logs
    assert not [said for said in (TOKEN, "5f3a9", "?", "example.org") if said in logs]


def test_the_error_log_has_none_either_while_the_site_is_down(tmp_path: Path) -> None:
    with nginx.serve(tmp_path, free_port()) as web:
        assert ask(web, LINKS[0], f"https://roleplay.example.org{LINKS[1]}") == 502
        assert ask(web, "/s/demo/?PROLIFIC_PID=5f3a9", f"https://roleplay.example.org{LINKS[0]}") == 502
        wait_until(lambda: "GET /s/demo/ HTTP" in web.read_logs(), what="nginx has not logged the last request")
        logs = web.read_logs()
    assert '" 502 ' in logs
    assert not [said for said in (TOKEN, "5f3a9", "example.org") if said in logs]

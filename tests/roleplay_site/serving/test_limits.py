"""Visitors who send too much, too slowly or nothing, to the site as served by the Procfile."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from threading import Thread
from time import sleep

import pytest

POST = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTE = 1_000_000


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as visitor:
        yield visitor


def read_answer(visitor: socket.socket) -> tuple[int, str]:
    response = HTTPResponse(visitor)
    response.begin()
    return response.status, response.read().decode()


def read_all(visitor: socket.socket) -> bytes:
    """Return everything received until the site ends the connection."""
    return b"".join(iter(lambda: visitor.recv(1 << 16), b""))


def ask(address: str, body: bytes = b"") -> int:
    connection = HTTPConnection(address, timeout=20)
    connection.request("POST", "/login/", body)
    return connection.getresponse().status


def test_a_body_of_the_largest_size_is_passed_on(address: str) -> None:
    assert ask(address, b"x" * MEGABYTE) == 403  # the login page misses its token


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("/login/?" + "a=1&" * 1001, "text/plain; charset=utf-8"),
        ("/nothing/", "multipart/form-data; boundary=" + "x" * 300),
    ],
    ids=["too many fields in the address", "a damaged form for no page"],
)
def test_what_cannot_be_read_is_refused_as_a_bad_request(address: str, where: str, kind: str) -> None:
    connection = HTTPConnection(address, timeout=20)
    headers = {"Content-Type": kind, "Cookie": f"csrftoken={'x' * 32}", "X-CSRFToken": "x" * 32}
    connection.request("POST", where, b"--", headers)
    response = connection.getresponse()
    assert (response.status, "Invalid request" in response.read().decode()) == (400, True)


def test_one_byte_more_is_refused_in_plain_words(address: str) -> None:
    with connected(address) as visitor:
        visitor.sendall(POST + b"Content-Length: %d\r\n\r\n" % (MEGABYTE + 1) + b"x" * (MEGABYTE + 1))
        status, page = read_answer(visitor)
    assert status == 413
    assert "larger than this site accepts" in page


def test_who_asks_first_is_refused_before_they_send(address: str) -> None:
    with connected(address) as visitor:
        visitor.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n")
        assert read_answer(visitor)[0] == 413


def test_a_stream_that_does_not_say_how_long_it_is_ends_at_the_same_size(address: str) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with connected(address) as visitor:
        visitor.sendall(POST + CHUNKED + chunk * 16 + b"0\r\n\r\n")
        assert read_answer(visitor)[0] == 413


def test_a_body_that_stops_coming_is_refused_in_plain_words(address: str) -> None:
    with connected(address) as visitor:
        visitor.sendall(POST + b"Content-Length: 10\r\n\r\nhalf")
        status, page = read_answer(visitor)
        assert visitor.recv(1) == b""
    assert status == 408
    assert "too slow" in page


@pytest.mark.parametrize("begun", [b"GET / HT", POST + b"X-Slow: "], ids=["in its first line", "in its headers"])
def test_a_request_that_stops_coming_is_ended(address: str, begun: bytes) -> None:
    with connected(address) as visitor:
        visitor.sendall(begun)
        assert read_answer(visitor)[0] == 408
        assert visitor.recv(1) == b""


def test_headers_that_come_a_byte_at_a_time_are_ended_too(address: str) -> None:
    with connected(address) as visitor:
        visitor.sendall(POST + b"X-Slow: ")
        dripping = Thread(target=_drip, args=(visitor,))
        dripping.start()
        assert read_answer(visitor)[0] == 408
        dripping.join()


def test_a_silent_connection_is_closed_without_an_answer(address: str) -> None:
    with connected(address) as visitor:
        assert read_all(visitor) == b""


def test_a_later_request_on_a_connection_that_stops_coming_is_ended(address: str) -> None:
    request = b"GET /login/ HTTP/1.1\r\nHost: localhost\r\n"
    with connected(address) as visitor:
        for _ in range(2):
            visitor.sendall(request + b"\r\n")
            assert read_answer(visitor)[0] == 200
        visitor.sendall(request)
        assert read_answer(visitor)[0] == 408


def test_headers_without_end_are_refused(address: str) -> None:
    with connected(address) as visitor:
        visitor.sendall(POST + b"X-Long: " + b"x" * 70_000)
        assert read_answer(visitor)[0] == 431


def test_the_site_goes_on_serving_others(address: str) -> None:
    assert ask(address) == 403


def _drip(visitor: socket.socket) -> None:
    try:
        while True:
            visitor.sendall(b"x")
            sleep(0.1)
    except OSError:
        return

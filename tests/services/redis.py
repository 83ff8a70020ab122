"""A Redis server in a temporary folder."""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.services.binaries import find_binary, free_port, wait_until


@contextmanager
def serve(port: int | None = None) -> Iterator[str]:
    """Run a server that writes nothing to disk, and yield its address; on a free port unless it returns on an old one."""
    binary, port = find_binary("redis-server"), port or free_port()
    with tempfile.TemporaryDirectory(prefix="roleplay-redis-") as folder:
        arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL)
        try:
            wait_until(lambda: is_listening(port), what="Redis does not answer")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(30)


def is_listening(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0

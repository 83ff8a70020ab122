"""A web server in front of the site, with the configuration that the project ships."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.installation import BASE_DIR
from tests.services.binaries import find_binary, free_port, wait_until
from tests.services.redis import is_listening

SHIPPED = BASE_DIR / "deploy" / "nginx.conf"


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running nginx: its address, and the folder with its logs."""

    port: int
    folder: Path

    def read_logs(self) -> str:
        """Return the content of all logs."""
        return "".join(file.read_text("utf-8") for file in sorted(self.folder.glob("*.log")))


@contextmanager
def serve(folder: Path, upstream: int) -> Iterator[Nginx]:
    """Run nginx as one process on a free port in front of ``upstream``, without a certificate, with its files in ``folder``."""
    binary, port = find_binary("nginx", "/usr/sbin"), free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_whole(folder, port, upstream), "utf-8")
    process = subprocess.Popen([binary, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "start.log")])
    try:
        wait_until(lambda: process.poll() is not None or is_listening(port), what="nginx does not answer")
        assert process.poll() is None, "nginx refuses the shipped configuration"
        yield Nginx(port, folder)
    finally:
        process.terminate()
        process.wait(30)


def _whole(folder: Path, port: int, upstream: int) -> str:
    """Return the shipped site in a minimal configuration; only ports, paths and the certificate differ."""
    site = SHIPPED.read_text("utf-8")
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}").replace("/var/log/nginx/", f"{folder}/")
    site = "\n".join(line for line in site.splitlines() if "ssl_certificate" not in line)
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"daemon off; master_process off; pid {folder}/pid; events {{}} http {{ {kept}\n{site}\n}}\n"

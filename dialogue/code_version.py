"""The version of the method's code, determined without a repository, because an installation may lack one."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent
_DECIDES = (".py", ".toml", ".jinja")


@cache
def code_version() -> str:
    """Return this software's version and a hash of the code, prompts and templates that make dialogues."""
    project = tomllib.loads((_PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    return f"{project['version']}, dialogue {digest_of(_PACKAGE)}"


@cache
def digest_of(package: Path) -> str:
    """Return the first digits of a hash of the code, prompts and templates in this folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in package.rglob("*") if path.suffix in _DECIDES):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

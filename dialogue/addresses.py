"""Checks of model servers' addresses as people paste them."""

from urllib.parse import urlsplit

_ENDPOINTS = ("/chat/completions", "/completions", "/responses", "/models", "/embeddings")


def check_address(url: str) -> str:
    """Return ``url``, a server's base address. Raises ValueError with what to do, never repeating a secret."""
    if any(character.isspace() or not character.isprintable() for character in url):
        raise ValueError("it contains white space, which you must remove")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("it must begin with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError(
            "it contains a user name or a password, which every run would show. Remove them, and name the environment "
            "variable that holds the key in `key_env`"
        )
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise ValueError(
            "it must end before the question mark. A key belongs in `key_env`, Azure's version in `api_version`"
        )
    if not parts.hostname or not _has_port(url):
        raise ValueError("it names no server")
    for endpoint in _ENDPOINTS:
        if parts.path.rstrip("/").endswith(endpoint):
            raise ValueError(f"it must end before {endpoint}, which is added to it")
    return url


def _has_port(url: str) -> bool:
    """Return whether the port is valid, if there is one."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False

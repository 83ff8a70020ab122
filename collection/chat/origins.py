"""Where a socket may be opened from. Browsers let any page open one to anywhere, cookies included."""

from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def is_same_origin(scope: dict[str, Any]) -> bool:
    """Whether the page that asks comes from the host that it asks, and that host is this site's.

    Every browser says where a page comes from; who does not say it is refused.
    """
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "").lower()
    domain, _ = split_domain_port(host)
    is_ours = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    return is_ours and headers.get("origin", "").lower() in (f"http://{host}", f"https://{host}")

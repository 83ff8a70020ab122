"""Limit on enrolments from one network, so that a script cannot take all seats."""

import time
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.core.cache import cache
from django.http import HttpRequest

PER_MINUTE = 20
"""Limit on consents from one network; a class behind one address does not have to wait long."""
_UNKNOWN = "::"
"""Placeholder for the network of a connection without an address."""


def is_too_fast(address: str, now: float | None = None) -> bool:
    """Count one more consent from the address. Return whether there were more than PER_MINUTE in this minute of the clock.

    The address is kept as a hash, for two minutes, only in the cache. Each server process counts separately unless CACHES is a
    shared cache.
    """
    minute = int((now or time.time()) // 60)
    key = f"consents-{sha256(network_of(address).encode()).hexdigest()}-{minute}"
    if cache.add(key, 1, timeout=120):
        return False
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:  # a full cache may have dropped the count
        return False


def client_network(request: HttpRequest) -> str:
    """Return the network of the request's browser, written as its first address."""
    return network_of(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """Return an IPv4 address unchanged, and the first address of the /64 network that an IPv6 address belongs to.

    An IPv6 user has 2**64 addresses.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return _UNKNOWN
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False).network_address)

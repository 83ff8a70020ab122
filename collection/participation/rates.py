"""How often somebody may knock: so that a script cannot take all places."""

import time
from contextlib import suppress
from hashlib import sha256
from ipaddress import IPv6Network

from django.core.cache import cache

A_MINUTE = 20
"""Consents from one address: a class in one room, behind one address, need not wait long."""


def is_too_fast(address: str, now: float | None = None) -> bool:
    """Counts one more consent from the address; True beyond A_MINUTE within a minute by the clock.

    The address is kept as a hash, for two minutes, in the cache alone: each server process counts for itself unless CACHES is
    set to one that they share.
    """
    minute = int((now or time.time()) // 60)
    key = f"consents-{sha256(_household(address).encode()).hexdigest()}-{minute}"
    if cache.add(key, 1, timeout=120):
        return False
    try:
        return cache.incr(key) > A_MINUTE
    except ValueError:  # a full cache has dropped the count in between
        return False


def _household(address: str) -> str:
    """An IPv6 address's network: whoever has one address has all of it, 2**64 in number."""
    with suppress(ValueError):  # not of version 6
        return str(IPv6Network((address, 64), strict=False))
    return address

"""How often somebody may knock: so that a script cannot take all places."""

import time
from hashlib import sha256

from django.core.cache import cache

from collection.networks import network_of

A_MINUTE = 20
"""Consents from one address: a class in one room, behind one address, need not wait long."""


def is_too_fast(address: str, now: float | None = None) -> bool:
    """Counts one more consent from the address; True beyond A_MINUTE within a minute by the clock.

    The address is kept as a hash, for two minutes, in the cache alone: each server process counts for itself unless CACHES is
    set to one that they share.
    """
    minute = int((now or time.time()) // 60)
    key = f"consents-{sha256(network_of(address).encode()).hexdigest()}-{minute}"
    if cache.add(key, 1, timeout=120):
        return False
    try:
        return cache.incr(key) > A_MINUTE
    except ValueError:  # a full cache has dropped the count in between
        return False

"""The network that a browser comes from, for rate limits: an IPv6 user has 2**64 addresses."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.http import HttpRequest

_UNKNOWN = "::"
"""The network of a connection without an address."""


def client_network(request: HttpRequest) -> str:
    """Return the network of the request's browser, written as its first address."""
    return network_of(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """Return an IPv4 address as it is, and the first address of the /64 network that an IPv6 address belongs to."""
    try:
        found = ip_address(address)
    except ValueError:
        return _UNKNOWN
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False).network_address)

"""Which addresses belong to one network, and how often people may enrol from it."""

import pytest

from enrolment.rate_limits import PER_MINUTE, is_too_fast, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", "::"),
        ("unix:", "::"),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_ipv6_network_has_one_limit() -> None:
    noon = 12 * 3600.0
    assert not any(is_too_fast(f"2001:db8:1:2::{number:x}", noon) for number in range(PER_MINUTE))
    assert is_too_fast("2001:db8:1:2:ffff::1", noon)
    assert not is_too_fast("2001:db8:1:3::1", noon)

"""Mistyped addresses."""

import pytest
from django.urls import Resolver404, resolve


@pytest.mark.parametrize(
    "address",
    [
        "/runs/{}/",
        "/dialogues/{}/",
        "/power/{}/",
        "/studies/demo/analysis/{}.zip",
        "/studies/demo/analysis/files/{}/a.csv",
    ],
)
def test_what_no_database_takes_is_no_token(address: str) -> None:
    assert resolve(address.format("A-token_0"))
    with pytest.raises(Resolver404):
        resolve(address.format("a\0b"))

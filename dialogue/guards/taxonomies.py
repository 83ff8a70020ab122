"""The categories of unsafe content that each kind of guard knows."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def categories(kind: str) -> Mapping[str, str]:
    """Return the names of the categories by their codes, as the guard's publisher gives them."""
    text = files("dialogue.data").joinpath("guards", f"{kind}.toml").read_text("utf-8")
    named: dict[str, str] = tomllib.loads(text)["categories"]
    return named


def describe(kind: str, code: str) -> str:
    """Return a category in words. Servers may know newer categories than this version: then the code alone."""
    name = categories(kind).get(code)
    return code if name is None else f"{code} {name}" if kind != "moderation" else name

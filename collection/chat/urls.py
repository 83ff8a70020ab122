"""Addresses of the chat page."""

from typing import Any

urlpatterns: list[Any] = []

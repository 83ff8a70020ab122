"""App configuration of characters: RoleLLM's roles and benchmarks."""

from django.apps import AppConfig


class CharactersConfig(AppConfig):
    name = "characters"

"""App configuration of the site, which tells the backends where to keep their notes."""

from django.apps import AppConfig
from django.conf import settings


class RoleplaySiteConfig(AppConfig):
    name = "roleplay_site"

    def ready(self) -> None:
        from dialogue.backends import notes

        notes.keep_in(settings.VAR_DIR / "engines")

"""The words of dialogues, as the full-text search reads them."""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from studies.models.dialogues import Dialogue


class WordsField(models.TextField):  # type: ignore[type-arg]  # Django's fields take none when the program runs
    """Folded words between spaces; in PostgreSQL they become a ``tsvector``.

    PostgreSQL gets the words with their positions instead of a text, so that its own parser has no say in what a word is:
    both databases find the same.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: str, connection: BaseDatabaseWrapper, prepared: bool = False) -> str:
        words = value.split()
        if connection.vendor == "postgresql":
            return " ".join(f"'{word}':{min(place, _LAST_PLACE)}" for place, word in enumerate(words, start=1))
        return f" {' '.join(words)} "


_LAST_PLACE = 16_383
"""PostgreSQL's largest position in a ``tsvector``."""


class SearchText(models.Model):
    """The folded words of a dialogue, written when it ends and, in a chat, after each answer.

    It is deleted with its dialogue. In SQLite, triggers keep the FTS5 table ``studies_search`` in step with it.
    """

    dialogue = models.OneToOneField(Dialogue, on_delete=models.CASCADE, primary_key=True, related_name="search_text")
    words = WordsField()

    def __str__(self) -> str:
        return f"Words of {self.dialogue}"

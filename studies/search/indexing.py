"""The words and the lengths of dialogues, written for the search, and words removed from its index."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from operator import itemgetter

from django.db import connection

from studies.models import Dialogue, SearchText, Study, Turn
from studies.search.words import fold_words

MOST_CHARACTERS = 200_000
"""Characters of a dialogue's words that are indexed. PostgreSQL refuses a megabyte."""
_PIECE = 500

_BETWEEN = "¶"
"""No word: it parts the texts, so that words in a row are words of one text."""

Said = tuple[int, str, str]
"""A dialogue's key, an utterance and its answer."""


def index_dialogues(dialogues: Collection[int]) -> None:
    """Write the words and lengths of these dialogues, by their keys, as stored now.

    Call it whenever turns have been stored. A dialogue of which no turn is stored has no words.
    """
    turns = Turn.objects.filter(dialogue__in=dialogues).order_by("dialogue", "position")
    said = turns.values_list("dialogue_id", "utterance", "response")
    said_by_dialogue = {key: list(of_dialogue) for key, of_dialogue in groupby(said, key=itemgetter(0))}
    _store_lengths({key: len(said) for key, said in said_by_dialogue.items()})
    SearchText.objects.bulk_create(
        [SearchText(dialogue_id=key, words=_words(said)) for key, said in said_by_dialogue.items()],
        update_conflicts=True,
        unique_fields=["dialogue"],
        update_fields=["words"],
    )


def index_study(study: Study) -> None:
    """Write the words and lengths of all dialogues of the study, for whatever has stored turns in bulk."""
    keys = list(study.dialogues.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _PIECE):
        index_dialogues(keys[start : start + _PIECE])


def forget_deleted_words() -> None:
    """Remove the words of deleted dialogues from SQLite's index, which otherwise only marks them as deleted.

    Call it in the transaction that deletes texts which nobody may read again. It rebuilds the whole index, which takes a few
    seconds for a hundred thousand dialogues.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO studies_search(studies_search) VALUES ('optimize')")


def _words(said: Iterable[Said]) -> str:
    texts = (text for _, *both in said for text in both)
    return " ".join(_bounded(texts))


def _bounded(texts: Iterable[str]) -> Iterable[str]:
    left = MOST_CHARACTERS
    for text in texts:
        for word in fold_words(text):
            left -= len(word)
            if left < 0:
                return
            yield word
        yield _BETWEEN


def _store_lengths(lengths: Mapping[int, int]) -> None:
    """Store the number of turns of each dialogue, in a statement for each number."""
    by_length = defaultdict(list)
    for dialogue, length in lengths.items():
        by_length[length].append(dialogue)
    for length, dialogues in by_length.items():
        Dialogue.objects.filter(pk__in=dialogues).exclude(length=length).update(length=length)

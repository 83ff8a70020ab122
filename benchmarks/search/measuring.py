"""Measure the pages of a searched study. Needs Django set up."""

import statistics
from collections.abc import Callable
from time import perf_counter

from django.db import connection, transaction
from django.test import Client

from benchmarks.figures import Row
from benchmarks.scale.rows import researcher_cookie
from benchmarks.search.rows import copy_dialogues, fill_study, word
from studies.models import Dialogue, Study
from studies.search.indexing import forget_deleted_words, index_dialogues, index_study

SEARCHES = {
    "a word in every dialogue": {"q": word(1)},
    "a frequent word": {"q": word(100)},
    "a rare word": {"q": word(20_000)},
    "three frequent words": {"q": " ".join(map(word, (2, 30, 50)))},
    "two frequent words in a row": {"q": f'"{word(1)} {word(2)}"'},
    "the beginning of many words": {"q": f"{word(5)[:2]}*"},
    "two Chinese characters": {"q": "天地"},
    "one Chinese character": {"q": "天"},
    "a word, by ending and goal": {"q": word(10), "ending": "max_turns", "goal": "3"},
    "a word, longest first": {"q": word(10), "sort": "longest"},
    "a word, by goal": {"q": word(10), "sort": "goal"},
    "a word, by persona": {"q": word(10), "sort": "persona"},
    "a word, of five turns and more": {"q": word(10), "least": "5"},
    "a word, page 200": {"q": word(1), "page": "200"},
    "no word": {},
    "no word, longest first": {"sort": "longest"},
    "no word, by persona": {"sort": "persona"},
}
_MORE = 200
"""Dialogues whose indexing one by one is measured."""


def measure(database: str, dialogues: int, most_seconds: float, times: int) -> list[Row]:
    """Return the seconds to open the list of each search, and to write the index."""
    study = fill_study(dialogues)
    whole = _seconds(lambda: index_study(study))
    if database == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as the server does by itself within minutes
    client = Client(headers={"Host": "localhost"})
    client.cookies.load(researcher_cookie())
    rows = [
        Row(f"{database}: {what}", _open(client, study, query, times), "s", most=most_seconds)
        for what, query in SEARCHES.items()
    ]
    keys = copy_dialogues(study, _MORE)
    return [
        *rows,
        Row(f"{database}: indexing a dialogue as it ends", _seconds(lambda: _index(keys)) / _MORE, "s"),
        Row(f"{database}: indexing {dialogues:,} dialogues", whole, "s"),
        Row(f"{database}: removing the words of {_MORE} deleted dialogues", _seconds(lambda: _delete(keys)), "s"),
    ]


def _open(client: Client, study: Study, query: dict[str, str], times: int) -> float:
    """Return the median of the seconds to open the page, after a first time."""
    seconds = [_seconds(lambda: _read(client, study, query)) for _ in range(times + 1)]
    return statistics.median(seconds[1:])


def _read(client: Client, study: Study, query: dict[str, str]) -> None:
    assert client.get(f"/studies/{study.slug}/dialogues/", query).status_code == 200


def _index(keys: list[int]) -> None:
    for key in keys:
        with transaction.atomic():
            index_dialogues([key])


def _delete(keys: list[int]) -> None:
    with transaction.atomic():
        Dialogue.objects.filter(pk__in=keys).delete()
        forget_deleted_words()


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began

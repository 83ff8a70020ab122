"""A made-up study of many dialogues, whose words are as unevenly frequent as those of a language. Needs Django set up."""

from collections.abc import Iterator
from itertools import accumulate
from random import Random

from benchmarks.scale.rows import end_cells, make_run, make_study
from benchmarks.scale.site import FAST
from studies.models import Dialogue, Study, Turn

TURNS = 8
_PIECE = 1000
_RANKS = 30_000
"""Different words. The word of rank n is n times as rare as the most frequent one."""
_SIGNS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈"
_CUMULATED = list(accumulate(1 / rank for rank in range(1, _RANKS + 1)))


def word(rank: int) -> str:
    """Return the word of that rank, counted from 1."""
    return f"{'aeiou'[rank % 5]}{rank:x}n"


def fill_study(cells: int) -> Study:
    """Store a study with a run of this many ended dialogues of eight turns. Every tenth one is Chinese."""
    study = make_study("searched", cells)
    end_cells(make_run(study, FAST, cells))
    draw = Random(73)
    keys = list(study.dialogues.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _PIECE):
        Turn.objects.bulk_create(turn for key in keys[start : start + _PIECE] for turn in _turns(key, draw))
    return study


def copy_dialogues(study: Study, count: int) -> list[int]:
    """Store this many more dialogues like the first one, and return their keys."""
    first = study.dialogues.order_by("pk")[0]
    fields = {name: getattr(first, name) for name in ("study", "goal", "persona", "kind", "ending", "ended_at")}
    stored = Dialogue.objects.bulk_create(Dialogue(**fields) for _ in range(count))
    draw = Random(321)
    Turn.objects.bulk_create(turn for dialogue in stored for turn in _turns(dialogue.pk, draw))
    return [dialogue.pk for dialogue in stored]


def _turns(dialogue: int, draw: Random) -> Iterator[Turn]:
    write = _chinese if dialogue % 10 == 0 else _spaced
    for position in range(TURNS):
        yield Turn(dialogue_id=dialogue, position=position, utterance=write(20, draw), response=write(60, draw))


def _spaced(length: int, draw: Random) -> str:
    ranks = draw.choices(range(1, _RANKS + 1), cum_weights=_CUMULATED, k=length)
    return " ".join(map(word, ranks)) + "."


def _chinese(length: int, draw: Random) -> str:
    return "".join(draw.choices(_SIGNS, k=length)) + "。"

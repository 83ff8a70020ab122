"""Searching the turns of dialogues: the same dialogues on every database, whatever was typed."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from studies.models import Dialogue, SearchText, Turn
from studies.search.excerpts import find_excerpt
from studies.search.indexing import MOST_CHARACTERS, index_dialogues
from studies.search.matching import finds
from studies.search.query import read_query
from tests.drawn_texts import CHARACTERS
from tests.factories import make_dialogue, make_dialogues, make_run
from tests.installation import Installation

TEXTS = (
    ("How do I calculate my speed?", "Distance over time.", "Übung macht den Meister."),
    ("The straße is long, isn't it?", "C++ costs 100 €, at 50 % off.", "مُحَمَّد"),
    ("我喜欢数学题。", "很好", "ภาษาไทย は日本語"),
)
"""Of three dialogues, each the texts of its turns."""
FOUND: dict[str, list[int]] = {
    "speed": [0],
    "SPEED distance": [0],
    "speed straße": [],
    "ubung": [0],
    "ÜBUNG": [0],
    "U\u0308bung": [0],
    "strasse": [1],
    "STRASSE": [1],
    "isn't": [1],
    "isn't speed": [],
    '"over time"': [0],
    '"time over"': [],
    '"time Übung"': [],
    '"over time': [0],
    "calc*": [0],
    "calc": [],
    '"my sp*"': [0],
    '"my s"': [],
    "c++": [1],
    "100": [1],
    "محمد": [1],
    "数学": [2],
    "学": [2],
    "题": [2],
    "喜欢数学题": [2],
    "数题": [],
    "数": [2],
    "很": [2],
    "ภาษา": [2],
    "日本": [2],
    "本日": [],
    "the THE the": [1],
    "": [],
    "%_'\\": [],
}


@pytest.fixture
def dialogues() -> list[Dialogue]:
    """Store the three dialogues of TEXTS."""
    stored = make_dialogues(list(make_run().simulations.all()[:3]), turns=0)
    Turn.objects.bulk_create(
        Turn(dialogue=dialogue, position=position, utterance=text, response="Yes.")
        for dialogue, texts in zip(stored, TEXTS, strict=True)
        for position, text in enumerate(texts)
    )
    index_dialogues([dialogue.pk for dialogue in stored])
    return stored


@pytest.mark.django_db
def test_words_are_found_whatever_their_case_accents_and_script(dialogues: list[Dialogue]) -> None:
    assert {typed: _found(typed, dialogues) for typed in FOUND} == FOUND


@pytest.mark.django_db
def test_an_excerpt_marks_what_was_searched_in_the_text_as_it_was_written(dialogues: list[Dialogue]) -> None:
    assert _excerpt("ubung", dialogues[0]) == "[Übung] macht den Meister."
    assert _excerpt("time my", dialogues[0]) == "How do I calculate [my] speed?"
    assert _excerpt('"calculate my"', dialogues[0]) == "How do I [calculate my] speed?"
    assert _excerpt("学", dialogues[2]) == "我喜欢数[学]题。"
    assert _excerpt("数学题", dialogues[2]) == "我喜欢[数学题]。"
    assert _excerpt("isn't strasse", dialogues[1]) == "The [straße] is long, [isn't] it?"


def test_an_excerpt_of_a_long_text_is_cut_around_the_first_match() -> None:
    turn = Turn(position=4, utterance="Well.", response="before " * 100 + "needle " + "after " * 100)
    excerpt = find_excerpt(read_query("NEEDLE"), [turn])
    assert excerpt is not None
    assert (excerpt.turn, excerpt.is_answer, excerpt.is_cut_before, excerpt.is_cut_after) == (5, True, True, True)
    assert [piece.text for piece in excerpt.pieces if piece.is_match] == ["needle"]
    assert len("".join(piece.text for piece in excerpt.pieces)) < 250


SIGNS = st.text(st.sampled_from("\"'*()^:-+~<>&|!%_\\{}\x00\ud800 aé数学ß½ﬁ\u0301\u200d🙂ก็"), max_size=60)


@pytest.mark.django_db
@given(typed=st.one_of(SIGNS, st.text(CHARACTERS, max_size=50)))
def test_nothing_that_is_typed_raises(typed: str) -> None:
    assert Dialogue.objects.filter(finds(read_query(typed))).count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed", ['"' * 10_000, "a " * 5_000, "数学" * 5_000, "x" * 10_000, "NOT AND OR NEAR(", "a* " * 99]
)
def test_nothing_long_that_is_typed_raises(typed: str) -> None:
    assert Dialogue.objects.filter(finds(read_query(typed))).count() == 0


@pytest.mark.django_db
def test_a_dialogue_of_a_megabyte_is_found_by_its_beginning() -> None:
    dialogue = make_dialogue(turns=0)
    text = " ".join(f"word{number}" for number in range(150_000))
    Turn.objects.create(dialogue=dialogue, position=0, utterance=text, response=text)
    index_dialogues([dialogue.pk])
    assert len(SearchText.objects.get().words) < 2 * MOST_CHARACTERS
    assert Dialogue.objects.filter(finds(read_query("word7 word7777"))).get() == dialogue


_ON_POSTGRESQL = """
import json
from studies.models import Dialogue, Goal, Persona, Study, Turn
from studies.search.indexing import index_dialogues
from studies.search.matching import by_index, finds
from studies.search.query import read_query
from tests.studies.search.test_searches import FOUND, TEXTS

study = Study.objects.get()
keys = []
for number, texts in enumerate(TEXTS):
    dialogue = Dialogue.objects.create(
        study=study, goal=study.goals.first(), persona=study.personas.all()[number], kind="simulated"
    )
    for position, text in enumerate(texts):
        Turn.objects.create(dialogue=dialogue, position=position, utterance=text, response="Yes.")
    keys.append(dialogue.pk)
index_dialogues(keys)
index_dialogues(keys)
odd = ["'", '"', "zz:*", "!(", "\\\\", "a <-> b", "数学" * 999, " ".join(f"word{number}" for number in range(999))]
assert not any(Dialogue.objects.filter(finds(read_query(typed))).exists() for typed in odd)
print(json.dumps({t: [keys.index(d.pk) for d in Dialogue.objects.filter(finds(read_query(t)))] for t in FOUND}))
with by_index():
    plan = Dialogue.objects.filter(finds(read_query("speed"))).explain()
assert "studies_search" in plan and "Seq Scan" not in plan, plan
assert "Seq Scan" in Dialogue.objects.filter(finds(read_query("speed"))).explain()
text = " ".join(f"word{number}" for number in range(150_000)) + " " + "x" * 5_000
Turn.objects.create(dialogue=dialogue, position=9, utterance=text, response=text)
index_dialogues(keys)
assert Dialogue.objects.filter(finds(read_query("word7 word7777"))).get() == dialogue
"""


@pytest.mark.postgresql
def test_postgresql_finds_the_same(tmp_path: Path, postgresql_url: str) -> None:
    site = Installation(tmp_path / "var", {"DATABASE_URL": postgresql_url})
    site.load_demo()
    assert json.loads(site.evaluate(_ON_POSTGRESQL)) == FOUND


def _found(typed: str, dialogues: list[Dialogue]) -> list[int]:
    found = Dialogue.objects.filter(finds(read_query(typed))).values_list("pk", flat=True)
    return [place for place, dialogue in enumerate(dialogues) if dialogue.pk in set(found)]


def _excerpt(typed: str, dialogue: Dialogue) -> str:
    excerpt = find_excerpt(read_query(typed), dialogue.turns.all())
    assert excerpt is not None
    return "".join(f"[{piece.text}]" if piece.is_match else piece.text for piece in excerpt.pieces)


@pytest.mark.django_db
def test_turns_that_a_program_stored_itself_are_found_after_indexing_the_study(
    capsys: pytest.CaptureFixture[str],
) -> None:
    study = make_dialogue().study
    assert not study.dialogues.filter(finds(read_query("calories"))).exists()
    call_command("index_dialogues", study.slug)
    assert capsys.readouterr().out == f"The dialogues of study '{study.slug}' can be searched: 1.\n"
    assert study.dialogues.filter(finds(read_query("calories"))).exists()

"""Made-up answers to the calls of Context-Instruct."""

import re

import pytest

from characters.rehearsal.triplets import is_call, made_up_triplets
from rolellm.profiles import read_profile
from rolellm.roles import Role
from rolellm.triplets import parse
from tests.rolellm.references import PLAY

DESIGN = "[Question Design(Design 3 questions"


@pytest.fixture(scope="module")
def segments():
    return read_profile(PLAY, Role("Coriolanus", ("MARCIUS",))).segments


def test_questions_about_a_segment_are_answered_with_the_lines_of_the_play(segments) -> None:
    for segment in segments:
        asked = f"[Script Content]\n{segment.text}\n{DESIGN}"
        assert is_call(asked)
        found = parse(made_up_triplets(asked, 73), "script_based")
        assert (len(found.triplets), found.malformed) == (3, ())
        lines = " ".join(re.sub(r"\[.*?\]", "", segment.text).split())
        assert all(triplet.answer in lines or "I was not there" in triplet.answer for triplet in found.triplets)


def test_a_call_about_the_character_gives_ten_triplets_that_depend_on_the_seed() -> None:
    answers = [parse(made_up_triplets(DESIGN, seed), "script_agnostic") for seed in (1, 1, 2)]
    assert answers[0] == answers[1] != answers[2]
    assert all(len(answer.triplets) == 10 and not answer.malformed for answer in answers)
    many = (parse(made_up_triplets(DESIGN, seed), "script_agnostic").triplets for seed in range(20))
    levels = [triplet.level for triplets in many for triplet in triplets]
    assert 0.2 < levels.count("low") / len(levels) < 0.4

"""The demo study with the embedded model as both speakers, as a researcher runs it in a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from dialogue.lexical import words
from tests.embedded_model import write_models
from tests.installation import Installation
from tests.thoroughness import IS_THOROUGH

PERSONAS = 20 if IS_THOROUGH else 2
"""A tenth of the study shows what all of it would, in a tenth of three minutes; ten goals each."""
NO_PROMPT = 0.03 if IS_THOROUGH else 0.1
"""How many dialogues may end without a prompt. One in a hundred does; of twenty, three would be chance once in a thousand."""
# Words that carry no topic: what is left of an utterance or a goal are its content words.
FUNCTION_WORDS = frozenset(
    words(
        """a about all also an and any are as at be by can could did do does don't each for from give go had has have how i
        if in into is it it's like make me much my need no not now of on one or please should so some tell than that the
        their them then there these they this to too up us use want was we what what's when where which who why will with
        would you your"""
    )
)


def simulate_tiny(folder: Path, *options: str, slots: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the summary and the dialogues of a run in a separate installation."""
    Installation(folder / "var").load_demo()  # with scripted models, as for other tests
    site = Installation(folder / "var", {"MODELS_FILE": str(write_models(folder, slots))})
    out = folder / "dialogues.jsonl"
    command = ("simulate", "demo", "--inquirer", "tiny", "--responder", "tiny", "--json", "--out", str(out))
    done = site.manage(*command, *options, timeout=600)
    return json.loads(done.stdout), [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def content_words(text: str) -> set[str]:
    return set(words(text)) - FUNCTION_WORDS


@pytest.mark.timeout(700)
@pytest.mark.computes
def test_the_embedded_model_plays_the_demo_study_well_enough_to_try_everything(tmp_path):
    summary, dialogues = simulate_tiny(tmp_path, "--personas", str(PERSONAS), slots=40)
    openings = [entry["dialog"][0]["model_inquirer"] for entry in dialogues if entry["dialog"]]
    related = [
        bool(content_words(entry["dialog"][0]["model_inquirer"]) & content_words(entry["sample"]["instruction"]))
        for entry in dialogues
        if entry["dialog"]
    ]
    assert summary["dialogues"] == len(dialogues) == 10 * PERSONAS
    assert summary["endings"].get("goal_reached", 0) + summary["endings"].get("max_turns", 0) >= 0.9 * len(dialogues)
    assert summary["endings"].get("no_prompt", 0) <= NO_PROMPT * len(dialogues)
    assert 2 <= summary["turns_mean"] <= 8
    assert len(set(openings)) >= 0.75 * len(dialogues)
    assert sum(related) >= 0.8 * len(dialogues)


@pytest.mark.computes
def test_one_dialogue_at_a_time_the_same_seed_gives_the_same_text_byte_for_byte_and_another_another(tmp_path):
    options = ("--concurrency", "1", "--goals", "1", "--personas", "1")
    first = simulate_tiny(tmp_path / "first", *options, "--seeds", "73,321", slots=2)[1]
    second = simulate_tiny(tmp_path / "second", *options, "--seeds", "73", slots=2)[1]
    by_seed = {seed: [_spoken(entry) for entry in first if entry["seed"] == seed] for seed in (73, 321)}
    assert [len(spoken) for spoken in by_seed.values()] == [1, 1]
    assert by_seed[73] == [_spoken(entry) for entry in second]
    assert not [one for one, other in zip(by_seed[73], by_seed[321], strict=True) if one == other]


def _spoken(entry: dict[str, Any]) -> list[Any]:
    return [entry["persona_id"], entry["dialog"], entry["ending"], [output["raw"] for output in entry["outputs"]]]

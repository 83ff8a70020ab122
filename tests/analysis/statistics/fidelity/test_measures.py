"""The measures take from a dialogue what their definitions say."""

import pytest

from analysis.statistics.fidelity.catalogue import measures_for
from analysis.statistics.fidelity.length_measures import WINDOW, moving_diversity
from analysis.statistics.fidelity.spelling import misspelt_share
from analysis.statistics.fidelity.stopping import CATEGORIES
from analysis.statistics.spoken import SpokenDialogue
from tests.analysis.statistics.populations import dialogue_of


def taken(name: str, dialogue: SpokenDialogue, language: str = "en") -> list[tuple[int | None, float]]:
    [measure] = [one for one in measures_for(language) if one.name == name]
    return list(measure.take(dialogue))


def test_lengths_are_of_utterances_and_turns_of_dialogues() -> None:
    dialogue = dialogue_of("how fast am I", "and over 100 meters?")
    assert taken("length", dialogue) == [(1, 4), (2, 4)]
    assert taken("turns", dialogue) == [(None, 2)]


def test_a_dialogue_without_a_turn_has_only_a_number_of_turns() -> None:
    silent = dialogue_of(ending="no_prompt")
    taking = {measure.name for measure in measures_for("en") if list(measure.take(silent))}
    assert taking == {"turns"}


def test_an_opening_of_the_goals_words_is_the_goal() -> None:
    goal = "run a race"
    [(_, similarity)] = taken("opening", dialogue_of("A race? Run!", "something else", goal=goal))
    assert similarity == pytest.approx(1)
    assert taken("opening", dialogue_of("hello there", goal=goal)) == [(None, 0)]


def test_diversity_hardly_depends_on_the_length_of_the_text() -> None:
    cycle = [f"word{number}" for number in range(WINDOW)]
    assert moving_diversity(cycle * 2) == moving_diversity(cycle * 9) == 1
    assert moving_diversity(["a", "a", "b", "b"]) == 0.5
    assert moving_diversity([]) is None


def test_information_counts_only_when_it_is_first_mentioned() -> None:
    goal = "You want bread with salt and butter, cheese"
    dialogue = dialogue_of("bread and salt please", "salt, bread", "with cheese", goal=goal)
    assert taken("revealed", dialogue) == [(1, 0.4), (2, 0), (3, 0.2)]


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        ("questions", "so what is my speed", "tell me my speed"),
        ("questions", "my speed?", "my speed"),
        ("politeness", "could you show it", "show it"),
        ("politeness", "pls show it", "show it"),
        ("punctuation", 'Show it.")', "show it"),
        ("capitals", "  Show it", "show It"),
    ],
)
def test_a_rate_counts_the_utterances_that_have_it(name: str, has: str, lacks: str) -> None:
    assert taken(name, dialogue_of(has, lacks)) == [(1, 1), (2, 0)]


def test_typing_errors_are_words_that_neither_the_dictionary_nor_the_goal_has() -> None:
    assert misspelt_share("how fsat am I runing", "", "en") == pytest.approx(2 / 3)
    assert misspelt_share("how fsat am I runing", "fsat", "en") == pytest.approx(1 / 3)
    assert misspelt_share("it’s the runner's 4x4 in Saarbruecken: `fctrl(x)` and http://exmpl.org", "", "en") == 0
    assert misspelt_share("4 x", "", "en") is None
    assert misspelt_share("wie schnell bin ich", "", "de") == 0


@pytest.mark.parametrize(
    ("said", "ending", "category"),
    [
        ("thank you!", "goal_reached", 0),
        ("thx", "next_goal", 0),
        ("how fast", "goal_reached", 1),
        ("thank you!", "max_turns", 2),
        ("how fast", "left", 3),
        ("how fast", "no_prompt", 4),
    ],
)
def test_people_and_models_stop_in_the_same_categories(said: str, ending: str, category: int) -> None:
    assert taken("stopping", dialogue_of("how far", said, ending=ending)) == [(None, category)]
    assert category < len(CATEGORIES)


def test_an_ending_that_was_not_recorded_has_no_category() -> None:
    assert taken("stopping", dialogue_of("how far", ending="")) == []


def test_other_languages_have_the_measures_that_need_no_english() -> None:
    german, thai = ({measure.name for measure in measures_for(language)} for language in ("de", "th"))
    assert german.isdisjoint({"politeness", "stopping"})
    assert {"questions", "typos"} <= german
    assert "typos" not in thai, "there is no dictionary"
    assert taken("questions", dialogue_of("what is it", "was ist das?"), "de") == [(1, 0), (2, 1)]


@pytest.mark.parametrize(
    ("text", "share"), [("f(" * 1_000_000, None), ("aa`" * 700_000, None), ("Qwxyz(" * 300_000, 1.0)]
)
def test_long_texts_of_unclosed_marks_are_searched_in_one_pass(text: str, share: float | None) -> None:
    assert misspelt_share(text, "", "en") == share


def test_a_call_is_code_as_a_whole() -> None:
    assert misspelt_share("use qwxyz(hjkl, mnbv) here", "", "en") == 0

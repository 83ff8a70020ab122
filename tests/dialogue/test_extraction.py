"""Interpretation of an inquirer's output: prompts, stops and self-replies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.extraction import cut_self_reply, extract_prompts, is_stop
from dialogue.reading import STOP_TOKEN
from tests.dialogue.references import read_reference
from tests.drawn_texts import ANY_TEXT

SAMPLE = read_reference("upstream_parity_sample")
UNQUOTED = st.text(st.characters(exclude_characters='"'))
MARKERS = ("[INST", "### Human:")


@pytest.mark.parametrize("case", SAMPLE["extract"])
def test_prompts_are_those_of_the_official_implementation(case: dict[str, Any]) -> None:
    prompts = extract_prompts(case["text"])
    assert (prompts[0] if prompts else None, len(prompts)) == (case["first"], case["count"])


@pytest.mark.parametrize("case", SAMPLE["stop"])
def test_stops_are_those_of_the_official_implementation(case: dict[str, Any]) -> None:
    assert is_stop(case["text"], STOP_TOKEN) is case["stop"]


@given(st.lists(UNQUOTED, max_size=5), UNQUOTED)
def test_all_quoted_strings_are_found_unchanged_and_in_order(prompts: list[str], between: str) -> None:
    assert extract_prompts(between.join(f'"{prompt}"' for prompt in prompts)) == prompts


@given(st.text(alphabet=st.sampled_from('"\\\n ab')))
def test_two_quotes_make_a_prompt(text: str) -> None:
    assert len(extract_prompts(text)) == text.count('"') // 2


@pytest.mark.parametrize("filling", ["\\a", "a\n", " ", "\\", "\\\\n"])
def test_a_quote_that_is_never_closed_is_given_up_however_long_it_is(filling: str) -> None:
    """The official pattern backtracks exponentially here and would not return."""
    assert extract_prompts('"' + filling * 100_000) == []


@pytest.mark.parametrize(
    "text",
    ["FINISH", "Finish", '"FINISH"', "...FINISH!", "FINISH, we are done", "We are done.\n\nFINISH\n", "F.I.N.I.S.H"],
)
def test_the_stop_token_counts_as_first_or_last_word_whatever_punctuation_it_wears(text: str) -> None:
    assert is_stop(text, STOP_TOKEN)


@pytest.mark.parametrize("text", ["", " \n ", "finish", "FINISHED", "We FINISH now", "FINISH_ED", "FIN ISH", "..."])
def test_anything_else_is_no_stop(text: str) -> None:
    assert not is_stop(text, STOP_TOKEN)


def test_another_stop_token_counts_as_given_or_capitalised() -> None:
    assert is_stop("done", "done")
    assert is_stop("We are Done.", "done")
    assert not is_stop("DONE", "done")
    assert not is_stop("FINISH", "done")


@given(ANY_TEXT)
def test_a_stop_does_not_depend_on_the_white_space_around_it(text: str) -> None:
    assert is_stop(text, STOP_TOKEN) == is_stop(f"\n {text}\t ", STOP_TOKEN)


def test_a_self_reply_is_cut_at_the_first_mark() -> None:
    assert cut_self_reply('"Hi." ### Human: yes [INST] no', MARKERS) == ('"Hi." ', True)
    assert cut_self_reply('"Hi." [INST]] no ### Human: yes', MARKERS) == ('"Hi." ', True)


def test_an_output_that_is_nothing_but_a_self_reply_leaves_nothing() -> None:
    assert cut_self_reply("[INST] Hi.", MARKERS) == ("", True)


@given(ANY_TEXT)
def test_without_marks_nothing_is_cut(text: str) -> None:
    assert cut_self_reply(text, ()) == (text, False)

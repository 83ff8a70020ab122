"""Each way of reading an output, and each rule for the end of a dialogue."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from dialogue.outputs import CheckedOutput, Checks, check_output
from dialogue.reading import Reading, Stop

WHOLE, MARKED, JSON = Reading(way="whole"), Reading(way="marked", begin="<say>", end="</say>"), Reading(way="json")


def checked(raw: str, reading: Reading, *, has_ended: bool = False, **stop: Any) -> CheckedOutput:
    return check_output("inquirer", raw, Checks(4, 2, (), reading, Stop(**stop)), has_ended=has_ended)


@pytest.mark.parametrize(
    ("reading", "raw"),
    [
        (Reading(), 'Sure: "What is\na bear?"'),
        (WHOLE, "  What is\na bear? \n"),
        (MARKED, "I think <say>What is\na bear?</say> is best"),
        (JSON, '```json\n{"message": "What is\na bear?", "finished": false, "mood": "curious"}\n```'),
    ],
)
def test_the_utterance_is_found_where_the_set_says_it_is(reading: Reading, raw: str) -> None:
    assert checked(raw, reading) == CheckedOutput("said", "What is\na bear?", 1)


@pytest.mark.parametrize(
    ("reading", "raw"),
    [
        (MARKED, "<say>What is a bear?"),
        (MARKED, "<say> </say>"),
        (JSON, "What is a bear?"),
        (JSON, '{"message": "What is'),
        (JSON, '{"message": 3, "finished": false}'),
        (JSON, "[" * 100_000),
        (JSON, '{"message": " ", "finished": false}'),
    ],
)
def test_an_output_in_another_form_holds_no_prompt(reading: Reading, raw: str) -> None:
    assert checked(raw, reading).status == "no_prompt"


def test_further_utterances_between_marks_are_counted() -> None:
    assert checked("<say>One?</say> or <say>two?</say>", MARKED) == CheckedOutput("said", "One?", 2)


@pytest.mark.parametrize("reading", [Reading(), WHOLE, MARKED, JSON])
@pytest.mark.parametrize("text", ["What is a bear?", "two\nlines", "{braces} <tags> \\ back"])
def test_what_a_model_reads_as_its_own_words_is_read_as_the_same_utterance(reading: Reading, text: str) -> None:
    assert checked(reading.write(text), reading).text == text


@pytest.mark.parametrize("raw", ["FINISH", "finally: FINISH.", "**Finish**", '"FINISH"'])
def test_the_stop_token_at_an_edge_ends_the_dialogue(raw: str) -> None:
    assert checked(raw, WHOLE).status == "stop"


def test_the_stop_token_in_the_middle_ends_it_only_where_the_set_says_so() -> None:
    raw = "Then I FINISH here"
    assert checked(raw, WHOLE).status == "said"
    assert checked(raw, WHOLE, rule="anywhere") == CheckedOutput("stop", has_rest=True, prompts_found=1)


def test_a_true_field_ends_the_dialogue() -> None:
    assert checked('{"message": "", "finished": true}', JSON, rule="field") == CheckedOutput("stop")
    assert checked('{"message": "More.", "finished": false}', JSON, rule="field").text == "More."


def test_the_models_own_token_ends_the_dialogue_even_without_a_word() -> None:
    stop: dict[str, Any] = {"rule": "own", "token": "<|bye|>"}
    assert checked("", WHOLE, has_ended=True, **stop).status == "stop"
    assert checked("Bye.", WHOLE, has_ended=True, **stop) == CheckedOutput("stop", has_rest=True, prompts_found=1)
    assert checked("Bye.", WHOLE, **stop).status == "said"
    assert checked("", WHOLE, has_ended=True).status == "empty", "the rule of another set"


@pytest.mark.parametrize(
    ("reading", "raw", "sent"),
    [
        (WHOLE, "Thanks, I get it. FINISH", "Thanks, I get it."),
        (WHOLE, "FINISH\nThanks,  I get it.", "Thanks,  I get it."),
        (WHOLE, "... FINISH", ""),
        (Reading(), 'Say "thanks" and FINISH', "thanks"),
        (Reading(), "I have reached my goal. FINISH", ""),
        (MARKED, "FINISH <say>Bye.</say>", "Bye."),
    ],
)
def test_the_text_beside_the_stop_token_is_sent_if_it_is_an_utterance_and_the_set_says_so(
    reading: Reading, raw: str, sent: str
) -> None:
    assert checked(raw, reading, sends_rest=True).text == sent
    assert checked(raw, reading).text == ""


def test_the_text_beside_the_stop_token_is_counted_even_if_it_is_never_sent() -> None:
    assert checked("I have reached my goal. FINISH", Reading()).has_rest
    assert checked(json.dumps({"message": "Bye.", "finished": True}), JSON, rule="field").has_rest
    assert not checked("FINISH!", Reading()).has_rest


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"way": "marked", "begin": "<say>"}, "needs the two marks"),
        ({"way": "marked", "begin": "<say>\n", "end": "</say>"}, "one line without white space"),
        ({"way": "whole", "begin": "<say>", "end": "</say>"}, 'belong to "marked"'),
    ],
)
def test_marks_belong_to_the_marked_way(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Reading(**settings)


def test_many_marks_that_are_never_closed_are_read_in_one_pass() -> None:
    assert MARKED.find("<say>" * 400_000) == []
    assert MARKED.find("<say>a</say>" * 50_000) == ["a"] * 50_000
    assert MARKED.find("</say><say>a<say>b</say>c</say>") == ["a<say>b"]


@pytest.mark.parametrize("token", ["", "THE END", "E.N.D", "<end>"])
def test_a_written_stop_token_is_one_word(token: str) -> None:
    with pytest.raises(ValidationError, match="one word without punctuation"):
        Stop(token=token)


@pytest.mark.parametrize(
    ("token", "text"),
    [
        ("FINISH", 'only say "FINISH".'),
        ("finish", "Finish"),
        ("FINISH", "«FINISH»라고"),
        ("FINISH", "FINISHと書く"),
        ("结束", "请说结束。"),
    ],
)
def test_a_stop_token_is_named_as_a_word_of_its_own(token: str, text: str) -> None:
    assert Stop(token=token).is_named_in(text)


@pytest.mark.parametrize(
    ("token", "text"),
    [("finish", "unfinished"), ("ende", "Wochenende"), ("конец", "наконец"), ("END", "END_2"), ("END", "")],
)
def test_a_stop_token_within_a_longer_word_is_not_named(token: str, text: str) -> None:
    assert not Stop(token=token).is_named_in(text)

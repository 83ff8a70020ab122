"""Splitting an output into thoughts and answer, at once and piece by piece."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.mark_search import beginnings
from dialogue.outputs import check_output
from dialogue.thought_events import Opened, Thinking
from dialogue.thought_marks import KINDS, MARKS
from dialogue.thoughts import Splitter, opened_by, split
from tests.dialogue.speaking import CHECKS
from tests.drawn_texts import ANY_TEXT

OUTPUTS = json.loads(Path("tests/data/thinking_outputs.json").read_text("utf-8"))
THINK = KINDS[0]
GPT_OSS = '<|channel|>analysis<|message|>Say "a".<|end|><|start|>assistant<|channel|>final<|message|>It is b.<|return|>'


@pytest.mark.parametrize("expected", OUTPUTS, ids=lambda output: output["raw"][:30])
def test_a_thinking_model_says_its_answer_alone(expected: dict[str, Any]) -> None:
    found = split(expected["raw"], was_cut=expected.get("stop_reason") == "length")
    checked = check_output(expected["side"], found.answer, CHECKS)
    assert checked.status == expected.get("verdict", "said" if expected.get("said") else "empty")
    assert checked.text == (expected.get("said") or "")
    assert checked.prompts_found == expected.get("prompts_found", 0)
    assert found.raw == expected["raw"]


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        *[(f'{kind.opens[0]}\nHm, "a".\n{kind.closes[0]}\n\nIt is b.', "It is b.") for kind in KINDS],
        (GPT_OSS, "It is b."),
        (GPT_OSS.replace("<|end|>", ""), "It is b."),
        ("<|start|>assistant" + GPT_OSS, "It is b."),
        ('analysisWe need to say "a".assistantfinalIt is b.', "It is b."),
        ("analysisWe look it up.assistantcommentaryNothing there.assistantfinal\n\nIt is b.", "It is b."),
        ('analysis"Why" is asked.assistantfinal"It is b."', '"It is b."'),
        ("analysisÄrzte?assistantfinalIt is b.", "It is b."),
        ("commentaryThey greet me.assistantfinalIt is b.", "It is b."),
        ('analysisNot "assistantfinal" yet.assistantfinalIt is b.', "It is b."),
        ("<|channel|>final<|message|>It is b.<|return|>", "It is b."),
        ("<|think|>Hm.<|end|><|begin|>assistant<|content|>It is b.<|end|>", "It is b."),
        ("<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>It is b.<|END_RESPONSE|>", "It is b."),
        ("<think>Hm.</think>\n<answer>\nIt is b.\n</answer>", "It is b.\n"),
        ("<think>One.</think>\n<think>Two.</think>\nIt is b.", "It is b."),
        ("<think>One.</think>\nIt is\n<think>Two.</think>\nb.", "It is\nb."),
        ("Sure. <think>Two.</think> It is b.", "Sure. It is b."),
        ("<think>a <think>b</think> c</think>It is b.", "It is b."),
        ("<think>I use the <think> tag.</think>It is b.", "It is b."),
        ('<think>I end with "</think>" then.</think>It is b.', "It is b."),
        ("<think>I end with </think> and then answer.</think>It is b.", "It is b."),
        ('<think>It is 5" wide</think>It is b.', "It is b."),
        ("<think>```\ncode</think>It is b.", "It is b."),
        ('Hm, so "casual".</think>"It is b."', '"It is b."'),
        ('I could ask "how</think>\n\nIt is b.', "It is b."),
        ("</think>\n\nIt is b.", "It is b."),
        ('<|channel|>analysis<|message|>Not "<|channel|>final<|message|>" yet.<|end|>It is b.', "It is b."),
        ("<think></think>It is b.", "It is b."),
        ("<Think>Hm.</think>It is b.", "It is b."),
        ("<THINKING>Hm.</Thinking>It is b.", "It is b."),
        ("[think]Hm.[/think]It is b.", "It is b."),
        ('<think time="3" mode=deep>Hm.</think >It is b.', "It is b."),
        ("<think\n>Hm.</think>It is b.", "It is b."),
        ("<think>\r\nHm.\r\n</think>\r\n\r\nIt is b.", "It is b."),
        ('I could ask "how\r\n</think>\r\n\r\nIt is b.', "It is b."),
        ("Hm.\n</thought>\n\nIt is b.", "It is b."),
        ("Hm.</reasoning>It is b.", "It is b."),
        ("<Thought>Hm.</Thought>\n<Output>\nIt is b.\n</Output>", "It is b.\n"),
        ("Hm.\n[BEGIN FINAL RESPONSE]\nIt is b.\n[END FINAL RESPONSE]", "It is b.\n"),
        ("Hm.<|close|>think<|sep|><|open|>response<|sep|>It is b.<|close|>response<|sep|>", "It is b."),
        ("<|message_model|><|content_thinking|>Hm.<|end_message|><|content_text|>It is b.<|end_message|>", "It is b."),
        ("<|START_THINKING|>Hm.<|END_THINKING|><|START_TEXT|>It is b.<|END_TEXT|>", "It is b."),
        ("<think>Hm.</think>**It** is b.", "**It** is b."),
        ("<think>\nHm.\n</think>: It is b.", ": It is b."),
        (GPT_OSS.replace("It is b.", "It is<|end|><|start|>assistant<|channel|>final<|message|> b."), "It is b."),
        (GPT_OSS.replace("final", "final <|constrain|>json"), "It is b."),
        ("<|channel|>commentary to=functions.get <|constrain|>json<|message|>{}<|call|>", ""),
        ("<think>Hm.</think>", ""),
        ("<think>Hm.", ""),
    ],
)
def test_text_between_thought_marks_is_not_part_of_the_answer(raw: str, answer: str) -> None:
    assert split(raw).answer == answer


@pytest.mark.parametrize(
    "raw",
    [
        "It is b.",
        "  It is b. \n",
        " \n",
        "",
        "I open <think> and never close it.",
        "The <think> tag opens a thought and the </think> tag closes it.",
        "Models write `<think>` and `</think>`.",
        'Models write "<think>" and "</think>".',
        "Models write '<think>' and '</think>'.",
        '"how do i use <think> and </think> in a prompt"',
        "Like this:\n```\n<think>\nHm.\n</think>\n```\nThat is it.",
        "gpt-oss writes `<|channel|>final<|message|>` before it answers.",
        "An <answer> tag is an </answer> tag.",
        "Wrap it: <reasoning>first</reasoning>, then the answer.",
        "<think about it> It is b.",
        "Some models write tags (<think> and </think>) first.",
        "It starts with <think>, then thinks, and ends with </think>.",
        "The **<think>** tag opens, and **</think>** closes.",
        "- <think>: opens\n- </think>: closes",
        "Schreib „<think>“ und „</think>“.",
        "- Like this:\n    ```\n    <think>Hm.</think>\n    ```",
        "> ```\n> <think>Hm.</think>\n> ```",
        "Why? Here is my thought process: first a, then b. Here is my response: c.",
        "<reason>XML is fine.</reason>",
        "2 < 3 and a <b",
        "analysis",
        "analysis is a branch of mathematics. assistantfinal",
        "analysis: We look at assistantfinal.",
        "Analysis of variance compares means.",
        "AnalysisWe call it.assistantfinal",
        "commentary",
        "Our analysisWe wrote.assistantfinalIt is b.",
        "We end with assistantfinal.",
    ],
)
def test_an_answer_that_speaks_of_marks_stays_whole(raw: str) -> None:
    assert split(raw, was_cut=True).answer == split(raw).answer == raw


def test_a_hundred_thousand_marks_on_one_line_hold_nobody_up() -> None:
    """Scanning the whole line again for each mark would take ten minutes on the thread that serves all chats."""
    raw = "Say <think> then. " * 100_000
    assert split(raw).answer == raw


def test_a_second_thought_that_the_limit_cut_is_not_said() -> None:
    raw = "<think>One.</think>It is b.\n<think>Is it"
    assert split(raw, was_cut=True).answer == "It is b.\n"
    assert split(raw).answer == "It is b.\n<think>Is it"


@pytest.mark.parametrize("words", ["Here is my thought process:", "Here are my reasoning steps:"])
def test_an_answer_that_begins_with_the_words_of_a_thought_stays_whole(words: str) -> None:
    raw = f"{words} first a, then b."
    assert split(raw).answer == raw
    assert split(raw, was_cut=True).answer == ""


def test_a_word_that_only_looks_like_a_stripped_mark_begins_no_thought() -> None:
    raw = "analysisResult = mean(values)"
    assert split(raw).answer == raw
    assert split("analysisWe need to", was_cut=True).answer == ""


def test_thoughts_are_kept_apart() -> None:
    found = split("<think>One.</think>It is\n<think>Two.</think>\nb.")
    assert found.thoughts == ("One.", "Two.")
    assert split("One.</think>b.").closed_alone == THINK


def test_a_thought_that_the_template_opened_is_one_until_it_is_closed() -> None:
    opened = Opened(THINK)
    assert split("Hm.</think>It is b.", opened).answer == "It is b."
    assert split("<think>\nHm.</think>It is b.", opened).answer == "It is b."
    assert split("Hm, it is b.", opened).answer == ""


def test_a_thought_that_is_only_likely_is_an_answer_where_nothing_closes_it_but_the_limit() -> None:
    likely = Opened(THINK, is_certain=False)
    assert split("It is b.", likely).answer == "It is b."
    assert split("Hm, it is", likely, was_cut=True).answer == ""
    assert split("<think>Hm, it is", likely).answer == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_prompt_that_ends_in_an_open_thought_is_recognised(kind: Any) -> None:
    assert opened_by(f"<|im_start|>assistant\n{kind.opens[0]}\n") == Opened(kind)
    assert opened_by(f"<|im_start|>assistant\n{kind.opens[0]}\n\n{kind.closes[0]}\n\n") is None


def test_an_ordinary_prompt_opens_no_thought() -> None:
    assert opened_by(" [/INST]") is None
    assert opened_by("") is None


def test_no_mark_begins_another() -> None:
    assert not MARKS.all & beginnings(MARKS.all)


def test_a_model_that_does_not_think_is_heard_at_once() -> None:
    splitter = Splitter()
    assert [list(splitter.feed(piece)) for piece in ("It", " is", " b.")] == [["It"], [" is"], [" b."]]


def test_nothing_of_a_thought_is_heard_before_its_end() -> None:
    splitter = Splitter()
    heard = [list(splitter.feed(character)) for character in "<think>Hm.</think> b."]
    assert [event for events in heard for event in events] == [Thinking(""), "b", "."]


def test_nothing_of_a_thought_whose_marks_were_stripped_is_heard() -> None:
    splitter = Splitter()
    heard = [list(splitter.feed(character)) for character in "analysisHm.assistantfinalIt is b."]
    assert "".join(str(event) for events in heard for event in events if event != Thinking("")) == "It is b."
    assert splitter.split.thoughts == ("Hm.",)


def test_what_proves_to_be_a_thought_is_taken_back() -> None:
    splitter = Splitter()
    assert [*splitter.feed("Hm."), *splitter.feed("</think>b.")] == ["Hm.", Thinking(""), "b."]


def test_a_thought_that_came_apart_is_kept_with_the_output() -> None:
    splitter = Splitter(Opened(THINK, is_certain=False))
    events = [*splitter.feed_thought("Say </think>"), *splitter.feed_thought(" now."), *splitter.feed("\n\nIt is b.")]
    assert [*events, *splitter.end(was_cut=False)] == [Thinking(""), "It is b."]
    assert splitter.split.thoughts == ("Say </think> now.",)
    assert splitter.split.raw == "<think>\nSay </think> now.\n</think>\n\n\n\nIt is b."


STRIPPED = ("analysis", "commentary", "assistantfinal")
VARIED = ("<Think a=1>", "</THINK >", "<think ", "<|channel|>final <|constrain|>json<|message|>")
PIECES = st.sampled_from(
    [
        *sorted(MARKS.all),
        *STRIPPED,
        *VARIED,
        "\n",
        '"',
        "`",
        "'",
        "```\n",
        "hi ",
        "a ",
        "B",
        ", ",
        ".",
        ") ",
        "(",
        "*",
        "<",
        "<|",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
OPENED = st.sampled_from([None, Opened(THINK), Opened(THINK, is_certain=False)])


@given(TEXTS, OPENED, st.booleans(), st.lists(st.integers(1, 9), min_size=200, max_size=200))
def test_the_pieces_do_not_depend_on_how_the_output_was_cut_up(
    raw: str, opened: Opened | None, was_cut: bool, lengths: list[int]
) -> None:
    splitter, events = Splitter(opened), list[str | Thinking]()
    rest = raw
    for length in lengths:
        events += splitter.feed(rest[:length])
        rest = rest[length:]
    events += [*splitter.feed(rest), *splitter.end(was_cut=was_cut)]
    shown = ""
    for event in events:
        shown = event.said if isinstance(event, Thinking) else shown + event
    assert splitter.split == split(raw, opened, was_cut=was_cut)
    assert shown == splitter.split.answer


@given(ANY_TEXT.filter(lambda raw: not any(mark in raw for mark in MARKS.all)), st.booleans())
def test_an_output_without_marks_is_unchanged(raw: str, was_cut: bool) -> None:
    assert split(raw, was_cut=was_cut).answer == raw

"""The marks of a self-reply are those of the template in use, and never occur in ordinary text."""

import json
from pathlib import Path
from typing import Any

import pytest

from dialogue.backends.chat_template import PAPER_TEMPLATES, ChatTemplate, load_template
from dialogue.backends.self_reply_marks import find_marks
from dialogue.extraction import SELF_REPLY_MARKERS, cut_self_reply
from dialogue.outputs import Checks, check_output
from tiny.tokenizer import TEMPLATE

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)
HEADERS = (
    "{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>\n\n{{ m.content }}<|eot_id|>{% endfor %}"
    "<|start_header_id|>assistant<|end_header_id|>\n\n"
)
PROSE = """Here is how: write "User: hi" and then
Assistant: hello. In HTML, <s>old</s> and <user name="x"></user> are tags; a < b | c > d, [1], [USER], ### Heading
```
<turn>1</turn> <|- piped -|>
```
"""


def spoken(user: str, assistant: str, end: str = "") -> str:
    """Return a template with these borders between contents."""
    return (
        "{% for m in messages %}"
        f"{{{{ {user!r} if m.role == 'user' else {assistant!r} }}}}{{{{ m.content }}}}{{{{ {end!r} }}}}"
        f"{{% endfor %}}{{{{ {assistant!r} }}}}"
    )


def marks(source: str) -> tuple[str, ...]:
    return find_marks(ChatTemplate(source, "<s>", "</s>"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (CHATML, ("<|im_end|>", "<|im_start|>")),
        (HEADERS, ("<|eot_id|>", "<|start_header_id|>")),
        (
            spoken("<start_of_turn>user\n", "<start_of_turn>model\n", "<end_of_turn>\n"),
            ("<end_of_turn>", "<start_of_turn>"),
        ),
        (spoken("<|user|>\n", "<|assistant|>\n", "<|end|>\n"), ("<|end|>", "<|user|>", "<|assistant|>")),
        (spoken("<｜User｜>", "<｜Assistant｜>"), ("<｜User｜>", "<｜Assistant｜>")),
        (
            spoken("<|start|>user<|message|>", "<|start|>assistant<|channel|>final<|message|>", "<|end|>"),
            ("<|end|>", "<|start|>"),
        ),
        (spoken("<|user|>", "<|assistant|><think_fast>"), ("<|user|>", "<|assistant|>")),
        (spoken("[|user|]", "[|assistant|]", "[|endofturn|]\n"), ("[|endofturn|]", "[|user|]", "[|assistant|]")),
        (spoken("<|user|>\n", "<|assistant|>\n", "</s>\n"), ("</s>\n<|user|>", "<|user|>", "<|assistant|>")),
        (spoken("<seed:bos>user\n", "<seed:bos>assistant\n", "<seed:eos>"), ("<seed:eos>", "<seed:bos>")),
        (
            "{% if messages[0].role != 'system' %}{{ raise_exception('No system message.') }}{% endif %}" + CHATML,
            ("<|im_end|>", "<|im_start|>"),
        ),
        (spoken("<turn>user\n", "<turn>model\n", "</turn>\n"), ("</turn>\n<turn>user",)),
        (spoken("]~b]user\n", "]~b]ai\n", "[e~[\n"), ("[e~[\n]~b]user", "]~b]user")),
        (spoken("<sep>human: ", "<sep>assistant: ", "\n\n"), ("<sep>human:",)),
        (spoken("### Instruction:\n", "### Response:\n", "\n\n"), ("### Instruction:",)),
    ],
)
def test_a_template_has_its_own_marks(source: str, expected: tuple[str, ...]) -> None:
    assert marks(source) == expected
    assert cut_self_reply(PROSE, marks(source)) == (PROSE, False)


@pytest.mark.parametrize("source", [*map(load_template, PAPER_TEMPLATES), TEMPLATE, spoken("[INST]", "[/INST]")])
def test_the_papers_templates_keep_exactly_the_official_two(source: str) -> None:
    assert marks(source) == SELF_REPLY_MARKERS == ("[INST", "### Human:")


@pytest.mark.parametrize(
    "source",
    [
        spoken("\n", "\n"),
        spoken("User: ", "Assistant: ", "\n\n"),
        spoken("USER: ", "ASSISTANT: ", " "),
        spoken("<s>", "</s>"),
        spoken("[USER]", "[BOT]", "\n"),
        spoken("", "", "</s>"),
        "{% if %}",
        "{{ raise_exception('Never.') }}",
    ],
)
def test_what_ordinary_text_holds_is_no_mark(source: str) -> None:
    assert marks(source) == SELF_REPLY_MARKERS
    assert cut_self_reply(PROSE, marks(source)) == (PROSE, False)


def test_without_a_template_the_marks_are_the_official_two() -> None:
    assert find_marks(None) == SELF_REPLY_MARKERS


def outputs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path("tests/data/self_replies.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("output", outputs(), ids=lambda output: str(output["side"]))
def test_going_on_as_the_other_side_is_cut_and_counted(output: dict[str, Any]) -> None:
    template = CHATML if "<|im_end|>" in output["raw"] else HEADERS
    checked = check_output(output["side"], output["raw"], Checks(5, 2, marks(template)))
    assert (checked.status, checked.text, checked.is_self_reply) == ("said", output["said"], True)
    if "prompts_found" in output:
        assert checked.prompts_found == output["prompts_found"]


def test_a_mark_that_only_ends_the_message_is_cut_and_not_counted() -> None:
    assert cut_self_reply("Far.<|im_end|>\n", marks(CHATML)) == ("Far.", False)
    assert cut_self_reply("Far.<|im_end|>\n<|im_start|>", marks(CHATML)) == ("Far.", False)
    assert cut_self_reply("Far.<|im_start|>user", marks(CHATML)) == ("Far.", True)


@pytest.mark.parametrize("raw", ["Far. [INST", "Far. [INST] And?", "Far. ### Human:"])
def test_the_official_marks_count_wherever_they_are(raw: str) -> None:
    assert cut_self_reply(raw, SELF_REPLY_MARKERS) == ("Far. ", True)

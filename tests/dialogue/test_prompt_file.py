"""Prompt sets as files."""

import pytest

from dialogue import prompts
from dialogue.prompt_file import InvalidPrompts, read_prompts, write_prompts
from dialogue.prompts import AnyPrompts, PromptSet

EVERY: dict[str, AnyPrompts] = {**prompts.inquirers(), **prompts.responders()}
GOOD = '[[opening]]\nrole = "user"\ncontent = "<PERSONA> <GOAL> <CONV_STOP>"\n'


@pytest.mark.parametrize("name", EVERY)
def test_a_set_that_is_written_and_read_again_is_the_same(name: str) -> None:
    assert read_prompts(write_prompts(EVERY[name])) == EVERY[name]


@pytest.mark.parametrize(
    "odd", ['a "quoted" {PERSONA}\n\tand\\n', '"""', "trailing \\", "\x7f\x01 é 熊 \u2028", "\r\n x"]
)
def test_odd_characters_survive(odd: str) -> None:
    found = read_prompts(GOOD)
    assert isinstance(found, PromptSet)
    changed = found.model_copy(update={"forward": f"{odd}\n<RESPONSE>"})
    assert read_prompts(write_prompts(changed)) == changed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("opening = [", "The prompt set is not valid TOML: "),
        (GOOD + "[stp]\n", "Line 4: there is no key 'stp', perhaps you meant 'stop'."),
        (
            GOOD + '[reading]\nway = "loud"\n',
            "Line 5: reading.way: Input should be 'quoted', 'whole', 'marked' or 'json'.",
        ),
        (GOOD.replace("user", "bear"), "Line 2: opening.0.role: Input should be 'system', 'user' or 'assistant'."),
        (
            "# Note\n" + GOOD.replace("<GOAL>", "<NUMBER>"),
            "Line 4: opening.0.content: there is no placeholder <NUMBER>; use <PERSONA>, <GOAL> and <CONV_STOP> here.",
        ),
        (
            "# Note\n" + GOOD.replace("<PERSONA>", ""),
            "Line 2: the placeholder <PERSONA> is missing, so the model would not know its persona.",
        ),
        (
            GOOD.replace("<PERSONA> <GOAL>", ""),
            "the placeholders <PERSONA> and <GOAL> are missing, so the model would not know its persona and its goal.",
        ),
        (" \n", "The prompt set is empty: "),
        ("language = 'de'", "the key 'system' is missing."),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(InvalidPrompts) as caught:
        read_prompts(text)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)

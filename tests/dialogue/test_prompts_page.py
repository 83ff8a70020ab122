"""The documentation of prompt sets: its examples can be stored, and it names every key."""

import re

import pytest

from dialogue.prompt_file import read_prompts
from dialogue.prompts import OpeningMessage, PromptSet, ResponderPrompts
from dialogue.reading import Reading, Stop
from tests.installation import BASE_DIR

PAGE = (BASE_DIR / "docs" / "prompts.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("example", "kind"), list(zip(EXAMPLES, (PromptSet, ResponderPrompts), strict=True)))
def test_every_example_is_a_prompt_set(example: str, kind: type) -> None:
    assert isinstance(read_prompts(example), kind)


def test_the_first_example_sets_every_key() -> None:
    models = (PromptSet, OpeningMessage, Reading, Stop)
    missing = [key for model in models for key in model.model_fields if not re.search(rf"\b{key}\b", EXAMPLES[0])]
    assert missing == []


@pytest.mark.parametrize("values", [Reading.model_fields["way"], Stop.model_fields["rule"]])
def test_every_way_and_rule_is_described(values) -> None:
    named = values.annotation.__args__
    assert [value for value in named if f"| `{value}` |" not in PAGE] == []

"""Features beyond plain Jinja in templates of published models, compared with the environment of transformers."""

from datetime import date
from pathlib import Path

import pytest

from dialogue.backends.base import ModelMisconfigured
from dialogue.messages import Message
from tests.dialogue.backends.rendering import ours, theirs

QUESTION, ANSWER = Message("user", 'How "far"?\n1 < 2 & more'), Message("assistant", "*Far*.\n\n- one")
SYSTEM = Message("system", "Say ‘FINISH’.")
TALKS = {
    "a question": [QUESTION],
    "a question with instructions": [SYSTEM, QUESTION],
    "two turns": [QUESTION, ANSWER, QUESTION],
    "two turns with instructions": [SYSTEM, QUESTION, ANSWER, QUESTION],
    "four turns with instructions": [SYSTEM, *[QUESTION, ANSWER] * 3, QUESTION],
}
EVERY_MESSAGE = "{% for message in messages %}{{ message.content }}{% endfor %}"
CONSTRUCTS = {
    "break": "{% for n in range(9) %}{% if n == 3 %}{% break %}{% endif %}{{ n }}{% endfor %}" + EVERY_MESSAGE,
    "continue": "{% for n in range(5) %}{% if n == 3 %}{% continue %}{% endif %}{{ n }}{% endfor %}" + EVERY_MESSAGE,
    "generation": "{% for m in messages %}"
    "{%- generation -%}{% set a = 1 %}{{ m.content }}{% endgeneration %}{{ a }}{% endfor %}",
    "tojson": "{{ {'ä': '<b>', 'a': [1, none]} | tojson }}" + EVERY_MESSAGE,
    "tojson with options": "{{ {'b': 'ä', 'a': 1} | tojson(indent=2, sort_keys=true, ensure_ascii=true) }}"
    + EVERY_MESSAGE,
    "tojson with separators": "{{ [1, 2] | tojson(separators=(',', ':')) }}" + EVERY_MESSAGE,
    "messages as JSON": "{{ messages | tojson }}",
    "contents as JSON": "{% for m in messages %}{{ {'text': m.content} | tojson(indent=2) }}{% endfor %}",
    "contents as ASCII": "{% for m in messages %}{{ m.content | tojson(ensure_ascii=true) }}{% endfor %}",
    "the date": "{{ strftime_now('%d %b %Y, %A') }}" + EVERY_MESSAGE,
    "the date where it is known": "{% if strftime_now is defined %}{{ strftime_now('%Y') }}{% endif %}" + EVERY_MESSAGE,
    "no tools": "{% if tools is not none %}{{ raise_exception('tools') }}{% endif %}" + EVERY_MESSAGE,
    "no documents": "{% if documents %}docs{% endif %}" + EVERY_MESSAGE,
    "thoughts cut out": "{% for m in messages %}{{ m.content.split('</think>')[-1].lstrip('\\n') }}{% endfor %}",
    "contents of a kind": "{% for m in messages %}{% if m.content is string %}{{ m.content | trim }}{% endif %}{% endfor %}",
    "whitespace controlled": "{% for m in messages %}\n    {% if m.role %}\n  {{ m.content }}\n    {% endif %}\n{% endfor %}",
}


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_construct_renders_as_in_transformers(construct: str, talk: str) -> None:
    assert ours(CONSTRUCTS[construct], TALKS[talk]) == theirs(CONSTRUCTS[construct], TALKS[talk])


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("name", ["leaves-a-loop", "marks-answers", "tells-the-date"])
def test_a_whole_template_renders_as_in_transformers(name: str, talk: str) -> None:
    source = Path(f"tests/data/templates/{name}.jinja").read_text("utf-8")
    assert ours(source, TALKS[talk]) == theirs(source, TALKS[talk])


def test_the_date_is_the_one_given() -> None:
    source = "{{ strftime_now('%Y-%m-%d') }}" + EVERY_MESSAGE
    assert ours(source, [QUESTION], date(1999, 12, 31)).startswith("1999-12-31")


def test_without_a_date_it_is_today() -> None:
    before = date.today()
    told = ours("{{ strftime_now('%Y-%m-%d') }}" + EVERY_MESSAGE, [QUESTION], None)
    assert told[:10] in (before.isoformat(), date.today().isoformat())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{% for %}", "cannot be read"),
        ("{{ messages[0].content", "cannot be read"),
        ("{% break %}", "cannot be read"),
        ("{% for n in [1] %}" * 30 + "{% endfor %}" * 30, "cannot be read"),
        ("{{ raise_exception('No system role.') }}", "refuses these messages (No system role)."),
        ("{{ raise_exception('Two\\nlines.') }}", "refuses these messages (Two lines)."),
        ("{{ messages[0].content }}\ue0007\ue001", "writes characters that are reserved as placeholders"),
        ("{{ 1 / 0 }}", "refuses these messages (division by zero)"),
        ("{{ 'a' + 1 }}", "refuses these messages"),
        ("{{ messages['x'].y }}", "refuses these messages"),
        ("{% for tool in tools %}{% endfor %}", "is only for calling tools ('NoneType' object is not iterable)"),
        ("{{ strftime_now(3) }}", "refuses these messages"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "refuses these messages"),
        ("{{ ''.__class__.__mro__ }}", "refuses these messages"),
    ],
)
def test_a_failing_template_is_reported_in_a_sentence(source: str, said: str) -> None:
    with pytest.raises(ModelMisconfigured) as caught:
        ours(source, [QUESTION])
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("{{ messages[0].content }}", "leaves out the assistant's message (number 2 of 3)"),
        ("{{ messages[-1].content }}", "leaves out the user's message (number 1 of 3)"),
        (EVERY_MESSAGE + "{{ messages[1].content }}", "repeats the assistant's message (number 2 of 3)"),
        (
            "{% for m in messages | reverse %}{{ m.content }}{% endfor %}",
            "changes the order of the messages",
        ),
        ("{% for m in messages %}{{ m.content[1:] }}{% endfor %}", "leaves out the user's message (number 1 of 3)"),
    ],
)
def test_a_lost_message_is_named(source: str, lost: str) -> None:
    with pytest.raises(ModelMisconfigured) as caught:
        ours(source, TALKS["two turns"])
    assert lost in str(caught.value)


def test_a_lost_system_message_is_named() -> None:
    source = "{% for m in messages if m.role != 'system' %}{{ m.content }}{% endfor %}"
    with pytest.raises(ModelMisconfigured, match="leaves out the system message"):
        ours(source, [SYSTEM, QUESTION])


def test_a_system_message_may_be_anywhere() -> None:
    source = "{% for m in messages[1:] %}{{ m.content }}|{% endfor %}{{ messages[0].content }}"
    assert ours(source, [SYSTEM, ANSWER]) == f"{ANSWER.content}|{SYSTEM.content}"

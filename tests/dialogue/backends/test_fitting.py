"""Every message of the method reaches a model in a way that its template supports, or the model is refused."""

from pathlib import Path
from typing import Any

import pytest

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import PAPER_TEMPLATES, ChatTemplate, load_template
from dialogue.backends.fitting import Fit, fit, misfit
from dialogue.extraction import SELF_REPLY_MARKERS
from dialogue.model_config import ModelSpec
from dialogue.prompts import load_prompts
from dialogue.seeds import SPEAKERS, SpeakerName
from dialogue.shapes import histories

WHOLE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>"
PROMPTS: dict[SpeakerName, str] = {"inquirer": "llama-2", "responder": "llama-2-responder"}


def written(name: str) -> str:
    return Path(f"tests/data/templates/{name}.jinja").read_text("utf-8")


def fitted(source: str, speaker: SpeakerName = "responder", prompts: str = "", **settings: Any) -> Fit:
    spec = ModelSpec(name="m", backend="llama_cpp", file=Path("m.gguf"), **settings)
    return fit(ChatTemplate(source, "<s>", "</s>"), spec, load_prompts(prompts or PROMPTS[speaker], speaker))


def refusal(source: str, speaker: SpeakerName = "responder", **settings: Any) -> str:
    with pytest.raises(ModelMisconfigured) as caught:
        fitted(source, speaker, **settings)
    assert "'m'" in str(caught.value)
    assert "models.toml" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_the_shapes_are_those_before_the_first_the_second_the_fourth_and_the_twelfth_output(
    speaker: SpeakerName,
) -> None:
    roles = [[message.role for message in history] for history in histories(load_prompts(PROMPTS[speaker], speaker))]
    assert roles == [["system", "user", *["assistant", "user"] * turns] for turns in (0, 1, 3, 11)]


def test_an_inquirer_without_a_system_message_has_none_in_its_shapes() -> None:
    assert [history[0].role for history in histories(load_prompts("mixtral", "inquirer"))] == ["user"] * 4


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_a_template_that_takes_everything_gets_the_text_as_a_message(speaker: SpeakerName) -> None:
    assert fitted(WHOLE, speaker).system == "message"


@pytest.mark.parametrize("speaker", SPEAKERS)
@pytest.mark.parametrize("name", ["passes-over-system", "refuses-system"])
def test_a_template_without_a_system_role_gets_the_text_in_front_of_the_first_user_message(
    name: str, speaker: SpeakerName
) -> None:
    assert fitted(written(name), speaker).system == "first_user"


def test_a_template_that_takes_a_system_message_for_an_answer_has_no_role_for_it() -> None:
    assert fitted(load_template("mixtral")).system == "first_user"
    assert fitted(load_template("mixtral"), "inquirer", "mixtral").system == "message"


@pytest.mark.parametrize("name", ["leaves-a-loop", "marks-answers", "tells-the-date"])
def test_templates_of_today_lose_nothing(name: str) -> None:
    assert fitted(written(name)).system == "message"


@pytest.mark.parametrize("name", ["passes-over-system", "refuses-system"])
def test_the_way_that_was_asked_for_is_refused_where_it_loses_the_text(name: str) -> None:
    what = {"passes-over-system": "leaves out the system message", "refuses-system": "has no system role"}[name]
    sentence = refusal(written(name), system="message")
    assert what in sentence
    assert "Set system = \"first_user\" for 'm' in models.toml" in sentence
    assert '"none" for a chatbot without instructions' in sentence


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{{ messages[-1].content }}", "leaves out"),
        ("{% for m in messages if m.role != 'assistant' %}{{ m.content }}{% endfor %}", "leaves out the assistant's"),
        ("{{ messages[0].content }}{{ messages[-1].content if messages | length > 1 }}", "leaves out"),
        ("{% for m in messages %}{{ m.content | upper }}{% endfor %}", "changes what the messages say"),
        ("{% for m in messages %}{{ m.content[:20] }}{% endfor %}", "changes what the messages say"),
        ("{% for m in messages %}{{ m.content | e }}{% endfor %}", "changes what the messages say"),
        ("{% for m in messages %}{{ m.content }}{% endfor %}{{ messages[0].content }}", "repeats"),
        ("{{ raise_exception('Never.') }}", "refuses these messages (Never)"),
        ("{% if %}", "cannot be read"),
    ],
)
@pytest.mark.parametrize("speaker", SPEAKERS)
def test_a_template_that_loses_or_changes_a_message_is_refused(source: str, what: str, speaker: SpeakerName) -> None:
    assert what in refusal(source, speaker)


def test_a_loss_on_later_turns_only_is_found() -> None:
    forgets = "{% for m in messages %}{% if loop.index0 < 4 or loop.last %}{{ m.content }}|{% endif %}{% endfor %}"
    assert "(number 5 of 8)" in refusal(forgets, system="message")


def test_a_template_that_demands_alternation_takes_the_text_in_front() -> None:
    strict = (
        "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Roles must alternate.') }}{% endif %}[{{ m.content }}]{% endfor %}"
    )
    assert [fitted(strict, speaker).system for speaker in SPEAKERS] == ["first_user", "first_user"]


def test_a_chatbot_may_do_without_instructions_and_an_inquirer_without_its_persona_may_not() -> None:
    assert fitted(written("refuses-system"), system="none").system == "none"
    assert "leaves out its persona" in refusal(WHOLE, "inquirer", system="none")
    assert fitted(WHOLE, "inquirer", "mixtral", system="none").system == "none"


def test_explicit_settings_apply_if_the_template_is_unknown() -> None:
    spec = ModelSpec(name="m", backend="openai", model="m")
    prompts = load_prompts("llama-2-responder", "responder")
    assert fit(None, spec, prompts) == Fit("message", ())
    asked = spec.model_copy(update={"system": "first_user", "marks": ("<|im_end|>",)})
    assert fit(None, asked, prompts) == Fit("first_user", ("<|im_end|>",))


@pytest.mark.parametrize("name", PAPER_TEMPLATES)
def test_the_papers_inquirers_are_spoken_to_as_in_the_paper(name: str) -> None:
    assert misfit(ChatTemplate(load_template(name), "<s>", "</s>"), load_prompts(name, "inquirer"), "message") == ""
    assert fitted(load_template(name), "inquirer", name) == Fit("message", SELF_REPLY_MARKERS)

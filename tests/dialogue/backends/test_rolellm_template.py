"""RoleLLM's markup as a chat template, of which every backend can render any dialogue."""

from dialogue.backends.chat_template import ChatTemplate, load_template, rendered_text
from dialogue.backends.fitting import misfit
from dialogue.messages import Message
from dialogue.prompts import load_prompts

TEMPLATE = ChatTemplate(load_template("rolellm"), "<s>", "</s>")


def test_the_markup_is_the_papers() -> None:
    said = [
        Message("system", "You are Jack."),
        Message("user", "Rum?"),
        Message("assistant", "Aye."),
        Message("user", "!"),
    ]
    assert rendered_text(TEMPLATE, said) == (
        "<s>### Instruction:\nYou are Jack.</s>\n\n### Input:\nRum?</s>\n\n### Response:\nAye.</s>\n\n"
        "### Input:\n!</s>\n\n### Response:\n"
    )


def test_it_loses_no_message_of_a_dialogue() -> None:
    assert misfit(TEMPLATE, load_prompts("plain", "inquirer"), "message") == ""
    assert misfit(TEMPLATE, load_prompts("llama-2-responder", "responder"), "message") == ""

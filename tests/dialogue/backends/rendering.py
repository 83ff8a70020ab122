"""Chat templates rendered by this project and by the reference renderer, that of transformers, on the same day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from unittest.mock import patch

from transformers.utils import chat_template_utils

from dialogue.backends.chat_template import ChatTemplate, render
from dialogue.messages import Message

TODAY = date(2031, 2, 3)


class _Today(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> "_Today":
        return cls(TODAY.year, TODAY.month, TODAY.day)


def ours(source: str, messages: Sequence[Message], today: date | None = TODAY) -> str:
    parts = render(ChatTemplate(source, "<s>", "</s>"), messages, control_tokens=("<s>", "</s>"), today=today)
    return "".join(part.text for part in parts)


def theirs(source: str, messages: Sequence[Message]) -> str:
    history: list[Any] = [{"role": message.role, "content": message.content} for message in messages]
    with patch.object(chat_template_utils, "datetime", _Today):
        rendered, _ = chat_template_utils.render_jinja_template(
            [history], chat_template=source, add_generation_prompt=True, bos_token="<s>", eos_token="</s>"
        )
    return str(rendered[0])

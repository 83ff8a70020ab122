"""Interpretation of an inquirer's free-form output (paper, section 2, equation 2, and section 3.3).

These functions give exactly the results of the official implementation, including its errors.
"""

import re
import string

_QUOTED = re.compile(r'"([^"]*)"')
_TAG = re.compile(r"<[^<>\s]+>")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)

SELF_REPLY_MARKERS = ("[INST", "### Human:")
"""Marks at which the paper cuts a self-reply."""


def extract_prompts(text: str) -> list[str]:
    """Return the strings in straight double quotes, in order, with their line breaks and padding (equation 2).

    The first is the prompt for the responder; more than one counts as the failure "multiple prompts".
    Curly quotes do not count, and neither does an opening quote that is never closed.
    """
    return _QUOTED.findall(text)


def is_stop(text: str, stop_token: str) -> bool:
    """Return whether the output begins or ends with the stop token, as given or capitalised ("Finish").

    Only the first and the last word count, without any punctuation in them.
    """
    words = text.split()
    return any(is_stop_word(word, stop_token) for word in words[:1] + words[-1:])


def is_stop_word(word: str, stop_token: str) -> bool:
    """Return whether ``word``, without any punctuation in it, is the stop token."""
    return word.translate(_NO_PUNCTUATION) in (stop_token, stop_token.capitalize())


def cut_self_reply(text: str, markers: tuple[str, ...]) -> tuple[str, bool]:
    """Return the text before the first mark of a new message, and whether the model continued as the other speaker.

    A model that writes "[INST]" or "### Human:" has begun to answer itself (section 3.3, "inquirer self-reply").
    One that writes only tags, such as "<|im_end|>", has only ended its message.
    """
    positions = [position for marker in markers if (position := text.find(marker)) >= 0]
    if not positions:
        return text, False
    cut = min(positions)
    return text[:cut], not _is_blank(text[cut:])


def _is_blank(text: str) -> bool:
    return not _TAG.sub("", text).strip()

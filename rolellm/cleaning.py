"""Cleaning of generated responses (appendix C (5)).

The paper names four reasons; the patterns are ours and find them in English and Chinese.
"""

import re
from typing import Literal, get_args

Reason = Literal["incomplete", "reveals a model", "begins with the role name", "refuses"]
REASONS: tuple[Reason, ...] = get_args(Reason)

_ENDS = frozenset(".?!…。！？\"'”’)]）】")
_MODEL = (
    r"\b(?:as|i am|i['’]m|being)\s+(?:just |only )?an?\s+(?:ai\b|artificial intelligence|(?:large |ai )?language model)",
    r"(?:作为|我是|我只是|身为)(?:一个|一名|一位|个)?(?:AI|人工智能|语言模型|大型语言模型)",
)
_REFUSAL = (
    r"\b(?:sorry|apologi[sz]e|unfortunately|afraid)\b[^.!?]{0,80}"
    r"\b(?:can['’]?t|cannot|can not|unable|not able|won['’]t)\b",
    r"^\W*(?:i (?:can['’]t|cannot|am unable to|refuse to))\b",
    r"(?:抱歉|对不起|很遗憾)[^。！？]{0,30}(?:不能|无法|没法)",
    r"^\W*(?:我|朕|本宫|俺)?(?:无法|不能)(?:回答|提供)",
)
_REVEALS = re.compile("|".join(_MODEL), re.IGNORECASE)
_REFUSES = re.compile("|".join(_REFUSAL), re.IGNORECASE)


def faults(response: str, role: str, *, is_machine: bool = False) -> list[Reason]:
    """Return the reasons to drop a response, none if it is clean.

    A role that is a machine (``is_machine``), such as HAL 9000, may say so.
    """
    text = response.strip()
    found: dict[Reason, bool] = {
        "incomplete": not text or text[-1] not in _ENDS,
        "reveals a model": not is_machine and bool(_REVEALS.search(text)),
        "begins with the role name": bool(_name(role).match(text)),
        "refuses": bool(_REFUSES.search(text)),
    }
    return [reason for reason in REASONS if found[reason]]


def strip_name(response: str, role: str) -> str:
    """Return the response without the role's name and a colon at its beginning, as models under test are judged.

    The published RoleGPT baseline is not cleaned: 413 of 4,750 responses begin so.
    """
    text = response.strip()
    return text[match.end() :].lstrip() if (match := _name(role).match(text)) else text


def _name(role: str) -> re.Pattern[str]:
    return re.compile(rf"[\W_]*{re.escape(role)}\s*[:：]", re.IGNORECASE)

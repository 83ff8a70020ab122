"""Descriptions and catchphrases, which later prompts use as one text (appendix I.4)."""

import re
from collections.abc import Sequence

from rolellm.languages import Language

_NONE = re.compile(r"[\s\"'“”‘’]*(?:no|没有|无)[\s.。\"'“”‘’]*", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]")
_PUBLISHED = re.compile(r"\s*(?:Your catchphrases? (?:is|are): |(常用口头禅是：))(?=[\"“])")
_OPENING = re.compile(
    r"^\s*(?:(?:The character['’]s|Your) description is|(?:该?角色|你)的描述是)\s*[:：]\s*", re.IGNORECASE
)


def strip_opening(answer: str) -> str:
    """Return a generated description without "The character's description is:" or "Your description is:"."""
    return _OPENING.sub("", answer).strip()


def parse_catchphrases(answer: str) -> list[str]:
    """Return the catchphrases in a model's answer: the strings in double quotes, else what slashes separate; none for "no"."""
    if _NONE.fullmatch(answer) or not answer.strip():
        return []
    found = _QUOTED.findall(answer) or answer.split("/")
    return [phrase.strip() for phrase in found if phrase.strip()]


def with_catchphrases(description: str, catchphrases: Sequence[str], language: Language) -> str:
    """Return the description and the catchphrases as one text, as RoleBench publishes it."""
    if not catchphrases:
        return description
    if language == "zh":
        return f"{description}常用口头禅是：{'、'.join(f'“{phrase}”' for phrase in catchphrases)}"
    verb = "Your catchphrase is" if len(catchphrases) == 1 else "Your catchphrases are"
    quoted = [f'"{phrase}"' for phrase in catchphrases]
    return f"{description} {verb}: {' / '.join(quoted)}"


def split_catchphrases(text: str) -> tuple[str, list[str]]:
    """Return the description and the catchphrases in one text, as RoleBench publishes it.

    A text that the two would not give again exactly is returned whole, without catchphrases, so that nothing of it is lost.
    """
    text = text.strip()
    for found in _PUBLISHED.finditer(text):
        language: Language = "zh" if found[1] else "en"
        description, phrases = text[: found.start()], _QUOTED.findall(text[found.end() :])
        if with_catchphrases(description, phrases, language) == text:
            return description, phrases
    return text, []

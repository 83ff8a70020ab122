"""Languages of studies: those that a researcher may choose, and those into which the pages for people are translated.

A study has one language. All pages of its participants and evaluators are in it, whatever their browsers prefer.
"""

from django.conf import settings

ENGLISH = "en-gb"
TRANSLATED = (ENGLISH, "de", "zh-hans")
"""The languages of the pages and the default texts. A study in another language has English pages."""
_OTHER_ENGLISH = ("en", "en-au")
"""Pages exist in one English only."""


def language_choices() -> list[tuple[str, str]]:
    """Return the languages a study may have, as code and name: the translated ones first, then the others by name."""
    names = {code: str(name) for code, name in settings.LANGUAGES if code not in _OTHER_ENGLISH} | {ENGLISH: "English"}
    others = sorted((code for code in names if code not in TRANSLATED), key=lambda code: names[code])
    return [(code, names[code]) for code in (*TRANSLATED, *others)]


def name_language(code: str) -> str:
    """Return the English name of the language, or the code of an unknown one."""
    return dict(language_choices()).get(code, code)


def why_english(code: str) -> str:
    """Return a sentence for researchers about the English pages of a study in this language; empty if they are translated."""
    if code in TRANSLATED:
        return ""
    name = name_language(code)
    return (
        f"There is no translation of the pages into {name}, so participants and evaluators of this study see English buttons "
        f"and messages. Your own texts, goals and questions appear as you write them, so write them in {name}."
    )

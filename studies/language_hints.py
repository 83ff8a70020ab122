"""Hints at texts of a study that seem to be in another language than the study.

They are hints only: a study about German idioms may well quote them, and short texts are hard to tell apart.
"""

import re
from collections.abc import Iterator

from dialogue.persona_template import AND, ENUMERATION_COMMA
from studies.languages import ENGLISH, name_language
from studies.models import Study
from studies.questionnaires import read_questions
from studies.questions.question import Kind
from studies.questions.sentences import template_of

_WORDS = {
    "en-gb": "the and you your of to is are with for not that this how do does what which or how would",
    "de": "der die das und sie ihr ihre ihren ihnen ist sind mit für nicht dass ein eine einen zu den dem wie auf oder",
}
"""Frequent words that the other languages do not have."""
_AND = {"de": "und", "zh-hans": ENUMERATION_COMMA}
"""The word between several answers in a persona sentence."""
_HAN, _KANA = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[\u3040-\u30ff]")
_CERTAIN = 3
"""Number of frequent words that a text must have, and how often as many as of another language."""


def language_hints(study: Study) -> list[str]:
    """Return a sentence for each language, other than the study's, in which parts of the study seem to be.

    The persona sentence may be in English in any study, to fit the prompts; a last hint says how to join answers in another.
    """
    found: dict[str, list[str]] = {}
    for part, text in _parts(study):
        language = likely_language(text)
        if language and not _is_same(language, study.language):
            found.setdefault(language, []).append(part)
    return [*(_hint(parts, language, study.language) for language, parts in found.items()), *_joining_hints(study)]


def likely_language(text: str) -> str:
    """Return the code of the language in which the text seems to be: English, German or Chinese; empty if that is unclear."""
    letters = len(re.findall(r"[^\W\d_]", text))
    if letters and len(_HAN.findall(text)) > letters / 2 and not _KANA.search(text):
        return "zh-hans"
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {language: sum(word in frequent.split() for word in words) for language, frequent in _WORDS.items()}
    language = max(counts, key=lambda one: counts[one])
    others = sum(counts.values()) - counts[language]
    return language if counts[language] >= max(_CERTAIN, _CERTAIN * others) else ""


def _parts(study: Study) -> Iterator[tuple[str, str]]:
    yield "welcome", study.welcome
    yield "consent", study.consent
    yield "instruction", study.instruction
    yield "goals", "\n".join(study.goals.values_list("text", flat=True))
    questions = read_questions(study.questionnaire)
    yield "questions", "\n".join(text for one in questions for text in (one.label, *one.options))


def _joining_hints(study: Study) -> Iterator[str]:
    """Yield a sentence if several answers to one question would be joined with "and" in another language than English."""
    several = {one.key for one in read_questions(study.questionnaire) if one.kind == Kind.MULTIPLE}
    slots = template_of(study.persona_template).slots
    joined = [slot.key for slot in slots if slot.key in several and slot.joined_by == AND]
    if joined and not _is_same(study.language, ENGLISH):
        yield (
            f"The persona sentence puts “and” before the last of several answers. If you write it in "
            f"{name_language(study.language)}, give your own word, for example [{joined[0]}, {_AND.get(study.language, '…')}]."
        )


def _is_same(one: str, other: str) -> bool:
    return one.split("-")[0] == other.split("-")[0]


def _hint(parts: list[str], language: str, wanted: str) -> str:
    seem, own = name_language(language), name_language(wanted)
    return (
        f"These parts seem to be in {seem}, but the study is in {own}: {', '.join(parts)}. People see them as you write "
        "them."
    )

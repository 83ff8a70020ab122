"""What participants and evaluators read is marked for translation, and translated into every language of the pages."""

import json
import re
from gettext import GNUTranslations

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from studies.languages import ENGLISH, TRANSLATED
from studies.texts import read_texts
from tests.roleplay_site.translatable import Marked, marked_strings, unmarked_words

LANGUAGES = [language for language in TRANSLATED if language != ENGLISH]
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|<[^>]+>")
SENTENCE = re.compile(r"""["'`][A-Z][^"'`\n]*[a-z] [a-z]""")


def catalogue(language: str) -> GNUTranslations:
    path = settings.BASE_DIR / "locale" / to_locale(language) / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        return GNUTranslations(file)


def translations_of(marked: Marked, language: str) -> list[str]:
    """Return the translation, or one for each form of the plural; empty ones if there is none."""
    found = catalogue(language)
    keys = [(marked[0], form) for form in range(2)] if len(marked) == 2 else [marked[0]]
    texts = [found._catalog.get(key) for key in keys]  # type: ignore[attr-defined]
    return [text or "" for text in texts[: 1 if language.startswith("zh") else None]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_marked_string_has_a_translation_with_the_same_placeholders(language: str) -> None:
    for marked in marked_strings():
        wanted = {frozenset(PLACEHOLDER.findall(form)) for form in marked}
        for text in translations_of(marked, language):
            assert text, f"{language}: no translation of {marked}. Run `make translations` and fill in locale/."
            assert frozenset(PLACEHOLDER.findall(text)) in wanted, (
                f"{language}: {marked} has other placeholders in {text}"
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_text_file(language: str) -> None:
    path = settings.BASE_DIR / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po"
    text = path.read_text("utf-8")
    assert "fuzzy" not in text
    written = {json.loads(found) for found in re.findall(r'^msgstr(?:\[\d\])? (".+")$', text, re.MULTILINE)}
    compiled = set(catalogue(language)._catalog.values())  # type: ignore[attr-defined]
    assert {one for one in written if one} <= compiled, "Run `make translations`."


@pytest.mark.parametrize("folder", ["enrolment", "chat", "judging", "questions"])
def test_templates_for_people_hold_no_words_that_are_not_marked(folder: str) -> None:
    for name, words in unmarked_words(folder):
        assert not re.search(r"[A-Za-z]{2,}", words), f"{name}: {words}"


@pytest.mark.parametrize("folder", ["chat", "judging"])
def test_scripts_for_people_hold_no_sentences(folder: str) -> None:
    for path in [settings.BASE_DIR / "static" / f"{folder}.js", *(settings.BASE_DIR / "static" / folder).glob("*.js")]:
        code = re.sub(r"^\s*(//|/?\*).*$|\s// .*$|console\.warn\(.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
        assert not SENTENCE.findall(code), path


@pytest.mark.parametrize("folder", ["studies.data", "evaluation.data"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_default_texts_are_the_same_ones_in_every_language(folder: str, language: str) -> None:
    english, other = read_texts(folder, ENGLISH), read_texts(folder, language)
    assert other != english
    assert _names(other) == _names(english)


def _names(texts: object) -> object:
    return {name: _names(text) for name, text in texts.items()} if isinstance(texts, dict) else None

"""Recognition of recruitment platforms' placeholders in links by their shape.

No list of platforms is complete, and if a placeholder counted as an external ID, all who follow the link would be one person.
"""

import re
import unicodedata
from html import unescape
from urllib.parse import unquote

MOST_LAYERS = 4
"""How many times a link may have been percent-encoded."""
_OPENING, _CLOSING = "Ps", "Pe"
_MARKS = r"%$#@&|~^*!?=:;+_/"
_QUOTES = "'\"`‘’“”„"
_WRAPPED = re.compile(
    rf"""
      «.+» | ‹.+›
    | (?P<mark>[%$\#@|~^*!?])(?P=mark)*[^\s].*(?P=mark)    # %name%, #name#, @name@
    | (?P<pair>[{_MARKS}])(?P=pair).+(?P=pair){{2}}          # __name__, ==name==
    | \$.+                                                    # $name
    | :[a-z_]\w*                                              # :name
    | %\d*\$?[a-z]\w*                                         # %s, %name
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_INSIDE = re.compile(
    r"""
      \{\{ | \}\} | \[\[ | \]\] | << | >> | <% | %> | \{% | %\} | \[% | %\] | [$\#@%]\{ | [$@]\( | %\([a-z] | \*\| | \|\*
    | %%\w+%%
    | %[a-z_][\w .-]+%                                        # user-%name%
    | [{<]\s*[a-z_][\w .-]*\s*[}>]                            # user-{name}
    | \[\s*[a-z_][\w .-]+\s*\]                               # user-[name]
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOT_THERE = r"not[\W_]?(available|applicable|set|found|given|provided|defined|known)"
_NOUNS = "id|pid|rid|uid|uuid|guid|code|name|key|token|number"
_WORDS = re.compile(
    rf"""
      undefined | null | nil | none | nan | n/a | n\.a\.? | (?-i:NA) | true | false | empty | blank | unset | unknown | missing
    | tbd | todo | x{{3,}} | [0-]{{32,}}
    | \#(n/a|ref!|name\?|value!|null!|num!|div/0!)
    | (.*[\W_])?{_NOT_THERE}
    | {_NOUNS} | (participant | evaluator | worker | subject | respondent | panelist | user)({_NOUNS})?
    | (your|insert|replace|enter|paste)([\W_].*)?
    | ([a-z]+[_ -])+({_NOUNS}|here)
    | (?-i:[a-z]+(I[dD]|P[iI][dD]|U[iI][dD]|U[uU][iI][dD]|G[uU][iI][dD]|Code|Name|Key|Token|Number))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|[^@\s]+@[^@\s]+\.[^@\s]+", re.IGNORECASE)
"""A UUID or an email address, which some programs write in brackets."""


def is_placeholder(value: str, parameter: str) -> bool:
    """Return whether ``value``, a link's ``parameter``, is a placeholder rather than an ID.

    A value without a letter or digit counts as a placeholder, too.
    """
    text = _bare(value)
    if not any(character.isalnum() for character in text):
        return True
    if _is_bracketed(text):
        return not _ID.fullmatch(text[1:-1])
    if _WRAPPED.fullmatch(text) or _INSIDE.search(text) or _is_word(text):
        return True
    return _letters(text) == _letters(parameter)


def _bare(value: str) -> str:
    """Remove all encodings, quotes and backslashes; replace full-width characters with their usual forms."""
    for _ in range(MOST_LAYERS):
        value = _decoded(value)
    text = unicodedata.normalize("NFKC", value).replace("\\", "").strip()
    return text.strip(_QUOTES) if text[:1] in _QUOTES else text


def _decoded(value: str) -> str:
    """Remove one level of percent encoding, unless it only looks like one (``%FACE%``), and HTML entities."""
    try:
        return unescape(unquote(value, errors="strict"))
    except UnicodeDecodeError:
        return unescape(value)


def _is_bracketed(text: str) -> bool:
    """Return whether brackets of any script enclose the whole text."""
    first, last = unicodedata.category(text[0]), unicodedata.category(text[-1])
    return (first, last) == (_OPENING, _CLOSING) or (text[0], text[-1]) == ("<", ">")


def _is_word(text: str) -> bool:
    """Return whether the text is a typical placeholder word, with or without marks (``@pid``, ``:pid:``, ``pid;``)."""
    return any(_WORDS.fullmatch(word) for word in (text, re.sub(r"^[\W_]+|[:;%]+$", "", text)))


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())

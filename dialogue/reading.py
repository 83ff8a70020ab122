"""How an inquirer's output is read: where its utterance is, and how it says that the dialogue is over."""

import json
import re
import string
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dialogue.extraction import extract_prompts, is_stop, is_stop_word

STOP_TOKEN = "FINISH"
_WORD_OR_SPACE = re.compile(r"\s+|\S+")


class Answer(BaseModel):
    """The object that the reading "json" asks for. Further keys, such as a model's reasons, are ignored."""

    model_config = ConfigDict(frozen=True)

    message: str
    finished: bool = False


ANSWER_SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"message": {"type": "string"}, "finished": {"type": "boolean"}},
        "required": ["message", "finished"],
        "additionalProperties": False,
    }
)
"""The JSON schema of ``Answer``, which a backend enforces."""


class Reading(BaseModel):
    """How the utterance is read from an output.

    - "quoted": the first string in straight double quotes (the paper's, equation 2);
    - "whole": the output is the utterance;
    - "marked": the text between the marks ``begin`` and ``end``;
    - "json": the ``message`` of the ``Answer``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Literal["quoted", "whole", "marked", "json"] = "quoted"
    begin: Annotated[str, Field(max_length=100)] = ""
    end: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _has_marks_if_needed(self) -> "Reading":
        is_marked = self.way == "marked"
        if is_marked and not (self.begin.strip() and self.end.strip()):
            raise ValueError('"marked" needs the two marks `begin` and `end`, such as "<say>" and "</say>"')
        if is_marked and any(len(mark.splitlines()) > 1 or mark != mark.strip() for mark in (self.begin, self.end)):
            raise ValueError("a mark is one line without white space around it, because forms cannot show another")
        if not is_marked and (self.begin or self.end):
            raise ValueError(f'the marks `begin` and `end` belong to "marked", not to "{self.way}"')
        return self

    @property
    def marks(self) -> tuple[str, ...]:
        """Return the marks that a text between them must not contain."""
        return (self.begin, self.end) if self.way == "marked" else ()

    def find(self, text: str) -> list[str]:
        """Return what the output offers as utterances; the first one is used, and more than one is a failure to count."""
        match self.way:
            case "quoted":
                return extract_prompts(text)
            case "whole":
                return [text.strip()]
            case "marked":
                return list(_between(text, self.begin, self.end))
            case "json":
                answer = read_answer(text)
                return [answer.message] if answer else []

    def write(self, utterance: str) -> str:
        """Return an output that reads as ``utterance``, for the inquirer's own history."""
        match self.way:
            case "quoted":
                return f'"{utterance}"'
            case "whole":
                return utterance
            case "marked":
                return f"{self.begin}{utterance}{self.end}"
            case "json":
                return json.dumps({"message": utterance, "finished": False}, ensure_ascii=False)


class Stop(BaseModel):
    """How the inquirer ends the dialogue.

    - "edge": the stop ``token`` is the first or the last word (the paper's);
    - "anywhere": it is any word;
    - "field": ``finished`` is true in the ``Answer``;
    - "own": the model ends its output with its control token ``token`` for the end of a conversation.

    ``sends_rest`` sends the text beside the stop token to the responder, for one last turn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Literal["edge", "anywhere", "field", "own"] = "edge"
    token: Annotated[str, Field(max_length=100)] = STOP_TOKEN
    sends_rest: bool = False

    @model_validator(mode="after")
    def _has_a_token(self) -> "Stop":
        if self.rule in ("edge", "anywhere") and not _is_word(self.token):
            raise ValueError(f'the stop token must be one word without punctuation, such as "{STOP_TOKEN}"')
        if self.rule == "own" and (not self.token or self.token.split() != [self.token]):
            raise ValueError('the rule "own" needs the model\'s control token, such as "<|endconversation|>"')
        return self

    @property
    def is_written(self) -> bool:
        """Return whether the prompt must tell the model which word to write."""
        return self.rule in ("edge", "anywhere")

    def is_named_in(self, text: str) -> bool:
        """Return whether the text contains the stop token, as given or capitalised, as a word: "unfinished" names no "finish".

        Beside letters without case it counts: their scripts write words without spaces, or add endings to foreign words.
        """
        padded = f" {text} "
        found = (match for token in self._spellings for match in re.finditer(re.escape(token), padded))
        neighbours = ((padded[match.start() - 1], padded[match.end()]) for match in found)
        return any(not _continues(before) and not _continues(after) for before, after in neighbours)

    def rest(self, text: str, *, has_ended: bool = False) -> str | None:
        """Return the text beside the stop token if the output ends the dialogue, else None.

        ``has_ended`` is whether the model ended it with its own token, which is no part of ``text``.
        """
        match self.rule:
            case "edge":
                return self._without_edges(text) if is_stop(text, self.token) else None
            case "anywhere":
                return self._without_token(text) if self._is_inside(text) else None
            case "field":
                answer = read_answer(text)
                return text if answer and answer.finished else None
            case "own":
                return text if has_ended else None

    @property
    def _spellings(self) -> set[str]:
        return {self.token, self.token.capitalize()}

    def _is_inside(self, text: str) -> bool:
        return any(is_stop_word(word, self.token) for word in text.split())

    def _without_token(self, text: str) -> str:
        words = _WORD_OR_SPACE.findall(text)
        return "".join(word for word in words if not is_stop_word(word, self.token)).strip()

    def _without_edges(self, text: str) -> str:
        first, *rest = re.split(r"(\s+)", text.strip())
        words = [*([] if is_stop_word(first, self.token) else [first]), *rest]
        if words and is_stop_word(words[-1], self.token):
            del words[-1]
        return "".join(words).strip()


def read_answer(text: str) -> Answer | None:
    """Return the ``Answer`` in the output, with or without a code fence around it; None if there is none."""
    begin, end = text.find("{"), text.rfind("}")
    try:
        return Answer.model_validate(json.loads(text[begin : end + 1], strict=False))
    except (ValueError, RecursionError):
        return None


def says_something(text: str) -> bool:
    """Return whether the text contains more than white space and punctuation."""
    return any(character not in string.punctuation and not character.isspace() for character in text)


def _between(text: str, begin: str, end: str) -> Iterator[str]:
    """Yield the texts between the marks. A pattern would search the rest of the text again for each mark without an end."""
    opened = text.find(begin)
    while opened >= 0 and (closed := text.find(end, opened + len(begin))) >= 0:
        yield text[opened + len(begin) : closed]
        opened = text.find(begin, closed + len(end))


def _continues(neighbour: str) -> bool:
    """Return whether a character beside a word makes it a part of a longer one."""
    return neighbour.isdigit() or neighbour == "_" or neighbour.lower() != neighbour.upper()


def _is_word(token: str) -> bool:
    return len(token.split()) == 1 and is_stop_word(token, token)

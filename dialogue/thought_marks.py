"""The marks around the thoughts of published models, and those around the answer after a thought.

They are the marks of the models' own chat templates, as the parsers of vLLM, SGLang, llama.cpp and Open WebUI list them.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import chain


@dataclass(frozen=True)
class Kind:
    """One way to mark a thought.

    ``only_at_start``: an answer may also use the marks, so an opening mark counts only at the start of an output, and a closing
    mark only if there is no opening mark in the answer. ``is_phrase``: an answer may even begin with them, so a thought that is
    never closed is text, and so is a closing mark alone.
    ``nests``: an opening mark inside a thought needs a separate closing mark.
    """

    opens: tuple[str, ...]
    closes: tuple[str, ...]
    only_at_start: bool = False
    is_phrase: bool = False
    nests: bool = True


@dataclass(frozen=True)
class Wrapper:
    """Marks around the answer. ``ends_thought``: nothing before the opening mark is part of the answer."""

    opens: str
    closes: tuple[str, ...]
    ends_thought: bool = False


def _tag(name: str, *, only_at_start: bool = False) -> Kind:
    return Kind((f"<{name}>",), (f"</{name}>",), only_at_start)


KINDS = (
    _tag("think"),
    _tag("thinking"),
    _tag("thought", only_at_start=True),  # EXAONE Deep
    _tag("reasoning", only_at_start=True),  # Reka
    _tag("scratchpad", only_at_start=True),  # Hermes 3
    _tag("seed:think"),  # Seed-OSS
    _tag("mm:think"),  # MiniMax M3
    _tag("longcat_think"),
    _tag("ifm|think"),  # K2 Horizon
    Kind(("[THINK]",), ("[/THINK]",)),  # Magistral
    Kind(("[unused16]",), ("[unused17]",)),  # Pangu
    Kind(("◁think▷",), ("◁/think▷",)),  # Kimi
    Kind(("<|START_THINKING|>",), ("<|END_THINKING|>",)),  # Command R and A
    Kind(("<|inner_prefix|>",), ("<|inner_suffix|>",)),  # Apertus
    Kind(("<|thought_start|>",), ("<|thought_end|>",)),  # MiniCPM
    Kind(("<|begin_of_thought|>",), ("<|end_of_thought|>",)),  # OpenThinker, Sky-T1
    Kind(("<|open|>think<|sep|>",), ("<|close|>think<|sep|>",)),  # Kimi K3
    Kind(("<|channel>thought",), ("<channel|>",), nests=False),  # Gemma 4
    Kind(("<|content_thinking|>",), ("<|end_message|>",), nests=False),  # Inkling
    Kind(("<|think|>",), ("<|end|>", "</|think|>"), nests=False),  # Solar Open
    Kind(
        ("<|channel|>analysis<|message|>", "<|channel|>commentary<|message|>"), ("<|end|>", "<|call|>"), nests=False
    ),  # gpt-oss: every channel but the final one
    Kind(
        ("Here is my thought process:", "Here's my thought process:"),
        ("Here is my response:", "Here's my response:"),
        only_at_start=True,
        is_phrase=True,
        nests=False,
    ),  # Granite 3.2
    Kind(("Here are my reasoning steps:",), ("[BEGIN FINAL RESPONSE]",), only_at_start=True, is_phrase=True),  # Apriel
)
STRIPPED = Kind((), ("assistantfinal",), is_phrase=True, nests=False)
"""gpt-oss behind a server that drops control tokens: only the names between them remain, joined to the text."""
STRIPPED_NAMES = ("analysis", "commentary")
"""Names with which such a thought begins, only at the start of an output."""
WRAPPERS = (
    Wrapper("<answer>", ("</answer>",)),  # Hunyuan
    Wrapper("<response>", ("</response>",)),  # Granite 3.3, ERNIE
    Wrapper("<output>", ("</output>",)),  # Marco-o1, Reflection
    Wrapper("<|START_RESPONSE|>", ("<|END_RESPONSE|>",)),
    Wrapper("<|START_TEXT|>", ("<|END_TEXT|>",)),
    Wrapper("<|open|>response<|sep|>", ("<|close|>response<|sep|>", "<|close|>message<|sep|>")),
    Wrapper("<|content_text|>", ("<|end_message|>",)),
    Wrapper("[BEGIN FINAL RESPONSE]", ("[END FINAL RESPONSE]",), ends_thought=True),
    Wrapper("<|begin_of_solution|>", ("<|end_of_solution|>",)),
    Wrapper("<|content|>", ("<|end|>",)),
    Wrapper("<|channel|>final<|message|>", ("<|end|>", "<|return|>"), ends_thought=True),
)
HEADERS = ("<|start|>assistant", "<|begin|>assistant", "<|message_model|>")
"""Meaningless text before a thought or an answer."""

SHARED = {"<|end|>", "<|return|>", "<|call|>", "<|end_message|>", *HEADERS}
"""Marks that belong to thoughts and answers only together with ``CHANNELS``."""
CHANNELS = ("<|channel|>", "<|think|>", "<|content_thinking|>")
"""Control tokens of vocabularies that separate thoughts from answers by structure."""


class Marks:
    """Marks by their text."""

    @cached_property
    def opening(self) -> dict[str, Kind]:
        return {mark: kind for kind in KINDS for mark in kind.opens}

    @cached_property
    def closing_alone(self) -> dict[str, Kind]:
        """Return the marks that end a thought even without a visible beginning, because the chat template opened it."""
        pairs = ((mark, kind) for kind in KINDS for mark in kind.closes if mark not in SHARED)
        return {mark: kind for mark, kind in pairs if mark in self.wrapping or not kind.is_phrase}

    @cached_property
    def wrapping(self) -> dict[str, Wrapper]:
        return {wrapper.opens: wrapper for wrapper in WRAPPERS}

    @cached_property
    def all(self) -> frozenset[str]:
        closing = chain.from_iterable((*(kind.closes for kind in KINDS), *(wrapper.closes for wrapper in WRAPPERS)))
        return frozenset((*self.opening, *closing, *self.wrapping, *HEADERS))


MARKS = Marks()


def stripped_name(text: str) -> str:
    """Return the channel name with which ``text`` begins, if a capital letter or quotation mark follows; otherwise empty."""
    name = next((name for name in STRIPPED_NAMES if text.startswith(name)), "")
    after = text[len(name) : len(name) + 1]
    return name if after.isupper() or after in tuple("\"'“‘") else ""

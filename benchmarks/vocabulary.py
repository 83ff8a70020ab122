"""Vocabularies for models with random weights, in the two formats of Llama-architecture models."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

CONTROL_TOKENS = ("<s>", "</s>", "[INST]", "[/INST]")
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message.role == 'assistant' %}{{ ' ' + message.content + eos_token }}"
    "{% else %}{{ '[INST] ' + message.content + ' [/INST]' }}{% endif %}"
    "{% endfor %}"
)
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwxyz", "aeiou"
_SPACE = "\u0120"


@dataclass(frozen=True)
class Syllables:
    """A byte-level BPE of bytes, syllables, and words of two syllables, each with the space before it.

    A text of such words is tokenised into exactly the tokens that produced it. So a history with a model's words continues
    the tokens that it generated, as with a trained model.
    """

    size: int = 100

    @cached_property
    def syllables(self) -> list[str]:
        return ["".join(letters) for letters in product(_CONSONANTS, _VOWELS)][: self.size]

    @cached_property
    def words(self) -> list[str]:
        """Return the tokens of whole words."""
        return [_SPACE + first + second for first, second in product(self.syllables, repeat=2)]

    @cached_property
    def tokens(self) -> list[str]:
        heads = [_SPACE + syllable for syllable in self.syllables]
        return [*CONTROL_TOKENS, *_byte_letters(), *self.syllables, *heads, *self.words]

    @cached_property
    def merges(self) -> list[tuple[str, str]]:
        letters = [(syllable[0], syllable[1]) for syllable in self.syllables]
        heads = [(_SPACE, syllable) for syllable in self.syllables]
        return letters + heads + [(_SPACE + first, second) for first, second in product(self.syllables, repeat=2)]

    def text(self, numbers: list[int]) -> str:
        """Return a text with one token for each number."""
        return "".join(self.words[number % len(self.words)] for number in numbers).replace(_SPACE, " ").strip()


def _byte_letters() -> list[str]:
    """Return the printable character that represents each byte in a byte-level vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(moved)) for byte in range(256)]

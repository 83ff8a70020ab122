"""Numbers of a prompt's tokens, from the vocabulary in the model's file alone."""

import weakref
from collections.abc import Sequence
from functools import lru_cache

from dialogue.backends.chat_template import of_model
from dialogue.backends.llama_cpp.library import llama
from dialogue.backends.llama_cpp.model_file import chat_template, checked_file, load_weights
from dialogue.backends.llama_cpp.vocabulary import Vocabulary
from dialogue.messages import Message, Speaking
from dialogue.model_config import ModelSpec


class _Counter:
    """A vocabulary that stays loaded as long as anything refers to it."""

    def __init__(self, spec: ModelSpec) -> None:
        model = load_weights(spec, vocab_only=True)
        weakref.finalize(self, llama.llama_model_free, model)
        self.template = chat_template(model, spec)
        self.vocabulary = Vocabulary(model)


def count_prompt(spec: ModelSpec, messages: Sequence[Message], role: Speaking) -> int:
    """Return the number of tokens of the prompt for ``messages``. Raises ModelMisconfigured.

    The latest vocabulary stays loaded, because a preview asks repeatedly, and loading a large one takes a second.
    """
    changed = checked_file(spec).stat()
    counter = _open(spec, changed.st_size, changed.st_mtime_ns)
    with of_model(spec.name):
        return len(counter.vocabulary.encode(counter.template, messages, role=role))


@lru_cache(maxsize=1)
def _open(spec: ModelSpec, _size: int, _changed: int) -> _Counter:
    return _Counter(spec)

"""Sampling of one answer's tokens."""

from collections.abc import Sequence

from dialogue.backends.base import Sampling
from dialogue.backends.llama_cpp.library import grammar_of, llama
from dialogue.backends.llama_cpp.vocabulary import Vocabulary

_LAST_SEED = 0xFFFFFFFF  # means "any seed" to the library


class Sampler:
    """A chain of filters with a separate seed, in the order in which transformers applies them.

    As in transformers, the penalty covers the whole history, including the prompt.
    """

    def __init__(self, sampling: Sampling, prompt: Sequence[int], vocabulary: Vocabulary, context: int) -> None:
        self.handle = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        if sampling.repeat_penalty != 1.0:
            self._add(llama.llama_sampler_init_penalties(vocabulary.size, context, sampling.repeat_penalty, 0.0, 0.0))
            for token in prompt:
                llama.llama_sampler_accept(self.handle, token)
        if sampling.schema:  # after the prompt has been accepted, which does not follow the grammar
            grammar = grammar_of(sampling.schema).encode()
            self._add(llama.llama_sampler_init_grammar(vocabulary.handle, grammar, b"root"))
        self._add_draw(sampling)

    def close(self) -> None:
        """Free the chain; the sampler cannot be used afterwards."""
        llama.llama_sampler_free(self.handle)
        self.handle = None

    def _add_draw(self, sampling: Sampling) -> None:
        if sampling.temperature == 0:
            self._add(llama.llama_sampler_init_greedy())
            return
        if sampling.temperature != 1.0:
            self._add(llama.llama_sampler_init_temp(sampling.temperature))
        if sampling.top_k:
            self._add(llama.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1:
            self._add(llama.llama_sampler_init_top_p(sampling.top_p, 1))
        self._add(llama.llama_sampler_init_dist(sampling.seed % _LAST_SEED))

    def _add(self, filter_: int) -> None:
        llama.llama_sampler_chain_add(self.handle, filter_)

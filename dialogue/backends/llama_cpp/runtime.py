"""The native side of an engine: the model, its context with one cache per sequence, and the batch of a step."""

import ctypes
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.llama_cpp.batch import Batch, Row
from dialogue.backends.llama_cpp.configuration import Configuration
from dialogue.backends.llama_cpp.library import attempt, llama
from dialogue.backends.llama_cpp.memory import Plan
from dialogue.backends.llama_cpp.model_file import FLOATING_POINT
from dialogue.backends.llama_cpp.sampler import Sampler
from dialogue.model_config import ModelSpec

_TO_THE_END = -1
_GUESSED = 1024  # added if the file does not name its type and the library guessed it from the weights


class Runtime:
    """Owns the native objects that must be freed. No two threads may call its methods at the same time.

    ``needs_company``: a token that passes through these weights alone would be rounded differently, because the library has a
    separate kernel for that, and replies must be exact. Quantised weights are not affected, and for them company would take
    three times as long.
    ``sequences``: the slots, and one for company if there is only one slot.
    ``divides_freely``: the results do not depend on how a prompt is divided into pieces of two or more tokens.

    Raises ModelMisconfigured if the library cannot run the ``model``, which must outlive this object.
    """

    def __init__(self, model: int, spec: ModelSpec, plan: Plan, configuration: Configuration) -> None:
        self.needs_company = spec.exact and llama.llama_model_ftype(model) & ~_GUESSED in FLOATING_POINT
        self.sequences = max(plan.slots, 2) if self.needs_company else plan.slots
        parameters = _context_parameters(plan, self.sequences, configuration)
        self._context, complaint = attempt(llama.llama_init_from_model, model, parameters)
        if not self._context:
            raise ModelMisconfigured(
                f"Model {spec.name!r} does not run with {plan.slots} slots of {plan.context} tokens"
                f" ({complaint}). Use fewer slots or a shorter context."
            )
        self.context = plan.context
        self.is_offloaded = bool(spec.gpu_layers)
        self.divides_freely = configuration.flash_attention is False and not self.is_offloaded
        self._memory = llama.llama_get_memory(self._context)
        self._batch = Batch(plan.rows)

    def use_threads(self, count: int) -> None:
        """Set the number of threads for all further steps."""
        llama.llama_set_n_threads(self._context, count, count)

    def read(self, rows: list[Row]) -> int:
        """Let the model read ``rows``, ordered by sequence and position. Return the library's code; 0 is success."""
        return int(llama.llama_decode(self._context, self._batch.fill(rows)))

    def draw(self, sampler: Sampler, index: int) -> int:
        """Return the token that ``sampler`` draws after the row at ``index`` of the last batch."""
        return int(llama.llama_sampler_sample(sampler.handle, self._context, index))

    def cut(self, sequence: int, length: int) -> bool:
        """Forget a sequence from position ``length`` on. Return False if the model's cache cannot do that."""
        return bool(llama.llama_memory_seq_rm(self._memory, sequence, length, _TO_THE_END))

    def copy(self, source: int, target: int) -> bool:
        """Copy one sequence to another. Return False if that failed, leaving it empty. This is far faster than the library's
        copy, which copies a sequence's whole memory."""
        return self._hold(target, self._held(source))

    def exchange(self, one: int, other: int) -> bool:
        """Exchange two sequences. Return False if that failed, leaving both empty."""
        held, others = self._held(one), self._held(other)
        if self._hold(one, others) and self._hold(other, held):
            return True
        return not (self.cut(one, 0) and self.cut(other, 0))

    def _held(self, sequence: int) -> Any:
        size = llama.llama_state_seq_get_size(self._context, sequence)
        state = (ctypes.c_uint8 * size)()
        llama.llama_state_seq_get_data(self._context, state, size, sequence)
        return state

    def _hold(self, sequence: int, state: Any) -> bool:
        self.cut(sequence, 0)
        return bool(llama.llama_state_seq_set_data(self._context, state, len(state), sequence))

    def free(self) -> None:
        """Free the context."""
        llama.llama_free(self._context)


def _context_parameters(plan: Plan, sequences: int, configuration: Configuration) -> object:
    parameters = llama.llama_context_default_params()
    # Use a separate cache for each sequence: a shared pool is scanned completely for every token, up to three times slower.
    parameters.kv_unified = False
    parameters.n_seq_max = sequences
    parameters.n_ctx = sequences * plan.context
    parameters.n_batch = parameters.n_ubatch = plan.rows
    parameters.n_threads = parameters.n_threads_batch = configuration.threads_each
    if configuration.flash_attention is not None:
        parameters.flash_attn_type = int(configuration.flash_attention)
    parameters.no_perf = True
    return parameters

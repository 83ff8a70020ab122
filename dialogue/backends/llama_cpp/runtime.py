"""The native side of an engine: the model, its context with one cache per sequence, and the batch of a step."""

import ctypes
from dataclasses import dataclass
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.llama_cpp.library import attempt, llama
from dialogue.backends.llama_cpp.memory import Plan
from dialogue.backends.llama_cpp.model_file import load_weights
from dialogue.backends.llama_cpp.sampler import Sampler
from dialogue.model_config import ModelSpec

_TO_THE_END = -1
_FLOATING_POINT = (0, 1, 32)  # f32, f16 and bf16 of llama_ftype
_GUESSED = 1024  # added if the file does not name its type and the library guessed it from the weights


@dataclass(frozen=True, slots=True)
class Row:
    """One token for the model to read, at a position of a sequence; ``is_last`` requests the logits of the next token."""

    token: int
    position: int
    sequence: int
    is_last: bool


class Runtime:
    """Owns the native objects that must be freed. No two threads may call its methods at the same time.

    ``needs_company``: a token that passes through these weights alone is rounded differently, because the library has a
    separate kernel for that. Quantised weights are not affected, and for them company would take three times as long.

    Raises ModelMisconfigured if the library cannot load the model.
    """

    def __init__(self, spec: ModelSpec, plan: Plan, threads: int) -> None:
        self.model = load_weights(spec)
        parameters = _context_parameters(plan, threads)
        self._context, complaint = attempt(llama.llama_init_from_model, self.model, parameters)
        if not self._context:
            llama.llama_model_free(self.model)
            raise ModelMisconfigured(
                f"Model {spec.name!r} does not run with {plan.slots} slots of {plan.context} tokens"
                f" ({complaint}). Use fewer slots or a shorter context."
            )
        self.context = plan.context
        self.is_offloaded = bool(spec.gpu_layers)
        self.needs_company = llama.llama_model_ftype(self.model) & ~_GUESSED in _FLOATING_POINT
        self._memory = llama.llama_get_memory(self._context)
        self._batch = llama.llama_batch_init(plan.rows, 0, 1)

    def read(self, rows: list[Row]) -> int:
        """Let the model read ``rows``, ordered by sequence and position. Return the library's code; 0 is success."""
        batch = self._batch
        batch.n_tokens = len(rows)
        for index, row in enumerate(rows):
            batch.token[index] = row.token
            batch.pos[index] = row.position
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = row.sequence
            batch.logits[index] = row.is_last
        return int(llama.llama_decode(self._context, batch))

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
        """Free the batch, the context and the model."""
        llama.llama_batch_free(self._batch)
        llama.llama_free(self._context)
        llama.llama_model_free(self.model)


def _context_parameters(plan: Plan, threads: int) -> object:
    parameters = llama.llama_context_default_params()
    # Use a separate cache for each sequence: a shared pool is scanned completely for every token, up to three times slower.
    parameters.kv_unified = False
    parameters.n_seq_max = plan.slots
    parameters.n_ctx = plan.slots * plan.context
    parameters.n_batch = parameters.n_ubatch = plan.rows
    parameters.n_threads = parameters.n_threads_batch = threads
    parameters.no_perf = True
    return parameters

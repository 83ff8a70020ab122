"""Memory requirements of an engine, and the number of histories that fit."""

from dataclasses import dataclass

import psutil

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.llama_cpp.library import llama
from dialogue.backends.llama_cpp.model_file import ModelFacts
from dialogue.backends.llama_cpp.schedule import PIECE
from dialogue.model_config import ModelSpec

_MOST_SLOTS = 32  # both speakers of sixteen dialogues, at which throughput levels off
_CACHE_STRIDE = 256
_GIBIBYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Plan:
    """The number of histories that an engine keeps, each of ``context`` tokens, and the bytes that everything takes."""

    slots: int
    context: int
    memory: int

    def slots_of(self, processes: int) -> int:
        """Return the slots of each process, so that all together have at least these."""
        return -(-self.slots // processes)

    @property
    def rows(self) -> int:
        """Return the number of tokens that one step can read."""
        return self.slots + PIECE


def plan_memory(spec: ModelSpec, facts: ModelFacts) -> Plan:
    """Return a plan that fits, with the slots that ``spec`` requests. Raises ModelMisconfigured if there is none."""
    _check_slots(spec)
    if spec.gpu_layers:
        return _plan_on_device(spec, facts)
    available = psutil.virtual_memory().available
    slots = spec.slots or _slots_that_fit(spec, facts, available)
    plan = Plan(slots, spec.context, needed_memory(facts, slots, spec.context))
    if plan.memory > available:
        raise ModelMisconfigured(_does_not_fit(spec, plan, available))
    return plan


def needed_memory(facts: ModelFacts, slots: int, context: int) -> int:
    """Return the bytes for the weights, the histories, and (estimated) the arrays of one step."""
    rows = slots + PIECE
    step = 4 * rows * (2 * facts.vocabulary + 32 * facts.width)
    return facts.weights + slots * _slot_memory(facts, context) + step


def _slot_memory(facts: ModelFacts, context: int) -> int:
    """Return the bytes of one history, whose length the library rounds up."""
    return -(-context // _CACHE_STRIDE) * _CACHE_STRIDE * facts.cache_per_token


def _slots_that_fit(spec: ModelSpec, facts: ModelFacts, available: int) -> int:
    """Return the slots for half of the memory left by the weights, at least one: site and worker each run an engine."""
    left = available - needed_memory(facts, 0, spec.context)
    return max(1, min(_MOST_SLOTS, left // 2 // max(_slot_memory(facts, spec.context), 1)))


def _check_slots(spec: ModelSpec) -> None:
    most = llama.llama_max_parallel_sequences()
    if spec.slots and spec.slots > most:
        raise ModelMisconfigured(f"Model {spec.name!r}: llama.cpp supports at most {most} slots, not {spec.slots}.")


def _plan_on_device(spec: ModelSpec, facts: ModelFacts) -> Plan:
    """Return a plan without counting memory, because only the library can find out whether a device has room."""
    if not llama.llama_supports_gpu_offload():
        raise ModelMisconfigured(
            f"Model {spec.name!r} has gpu_layers, but llama-cpp-python is built without GPU support here."
            " Install a build with it, or remove gpu_layers."
        )
    slots = spec.slots or _MOST_SLOTS // 4
    return Plan(slots, spec.context, needed_memory(facts, slots, spec.context))


def _does_not_fit(spec: ModelSpec, plan: Plan, available: int) -> str:
    return (
        f"Model {spec.name!r} needs {plan.memory / _GIBIBYTE:.2f} GiB of memory with {plan.slots} slots of"
        f" {plan.context} tokens, and {available / _GIBIBYTE:.2f} GiB are available."
        " Use fewer slots, a shorter context or a smaller quantisation."
    )

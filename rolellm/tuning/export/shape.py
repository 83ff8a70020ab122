"""The sizes of a Llama in GGUF's words."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf

from rolellm.tuning.refusals import TuningRefused


class Unexportable(TuningRefused):
    """A model that cannot become a GGUF file here."""


@dataclass(frozen=True, slots=True)
class LlamaShape:
    """What config.json says about a Llama."""

    layers: int
    hidden: int
    feed_forward: int
    heads: int
    key_heads: int
    head: int
    context: int
    vocabulary: int
    epsilon: float
    rope_base: float
    rope_factor: float | None

    def add_to(self, writer: gguf.GGUFWriter, name: str) -> None:
        """Write the sizes to a file's metadata."""
        writer.add_name(name)
        writer.add_context_length(self.context)
        writer.add_embedding_length(self.hidden)
        writer.add_block_count(self.layers)
        writer.add_feed_forward_length(self.feed_forward)
        writer.add_head_count(self.heads)
        writer.add_head_count_kv(self.key_heads)
        writer.add_key_length(self.head)
        writer.add_value_length(self.head)
        writer.add_layer_norm_rms_eps(self.epsilon)
        writer.add_rope_dimension_count(self.head)
        writer.add_rope_freq_base(self.rope_base)
        writer.add_vocab_size(self.vocabulary)
        if self.rope_factor:
            writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(self.rope_factor)


def read_shape(folder: Path) -> LlamaShape:
    """Return the sizes of the model in ``folder``. Raises Unexportable for another architecture than Llama."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    if config.get("architectures") != ["LlamaForCausalLM"]:
        raise _unknown(folder, f"its architecture is {', '.join(config.get('architectures') or ['unknown'])}")
    for key in ("attention_bias", "mlp_bias"):
        if config.get(key):
            raise _unknown(folder, f"it has {key}")
    rope = config.get("rope_parameters") or {
        "rope_theta": config.get("rope_theta"),
        **(config.get("rope_scaling") or {}),
    }
    kind = rope.get("rope_type") or rope.get("type") or "default"
    if kind not in ("default", "linear"):
        raise _unknown(folder, f"its rotary embedding is {kind}")
    heads = config["num_attention_heads"]
    return LlamaShape(
        layers=config["num_hidden_layers"],
        hidden=config["hidden_size"],
        feed_forward=config["intermediate_size"],
        heads=heads,
        key_heads=config.get("num_key_value_heads") or heads,
        head=config.get("head_dim") or config["hidden_size"] // heads,
        context=config["max_position_embeddings"],
        vocabulary=config["vocab_size"],
        epsilon=config["rms_norm_eps"],
        rope_base=rope.get("rope_theta") or 10_000.0,
        rope_factor=rope.get("factor") if kind == "linear" else None,
    )


def _unknown(folder: Path, reason: str) -> Unexportable:
    return Unexportable(
        f"The model in {folder} cannot be exported here, because {reason}. Use convert_hf_to_gguf.py of llama.cpp on this"
        " folder."
    )

"""Llama models with random weights: the same arrays for llama.cpp (GGUF) and for transformers (a folder)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import gguf
import numpy as np
from numpy.typing import NDArray

from benchmarks.vocabulary import CHAT_TEMPLATE, CONTROL_TOKENS, Syllables

Weights = dict[str, NDArray[np.float32]]
Precision = Literal["f16", "q8_0"]

_EPSILON = 1e-5
_GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


@dataclass(frozen=True)
class Shape:
    """The size of a model. With ``speaks_words`` it generates almost only whole words and never ends."""

    hidden: int = 64
    layers: int = 2
    heads: int = 4
    feed_forward: int = 128
    context: int = 2048
    syllables: int = 12
    speaks_words: bool = True

    @property
    def vocabulary(self) -> Syllables:
        return Syllables(self.syllables)


def random_weights(shape: Shape, seed: int = 0) -> Weights:
    """Return random arrays by their names in transformers, scaled so that activations neither vanish nor explode."""
    draw = np.random.default_rng(seed)
    weights: Weights = {"model.embed_tokens.weight": _matrix(draw, len(shape.vocabulary.tokens), shape.hidden)}
    for layer in range(shape.layers):
        for name in _GGUF_NAMES:
            weights[f"model.layers.{layer}.{name}.weight"] = _layer_array(draw, name, shape)
    weights["model.norm.weight"] = np.ones(shape.hidden, np.float32)
    weights["lm_head.weight"] = _output(draw, shape)
    return weights


def _layer_array(draw: np.random.Generator, name: str, shape: Shape) -> NDArray[np.float32]:
    if name.endswith("layernorm"):
        return np.ones(shape.hidden, np.float32)
    if name == "mlp.down_proj":
        return _matrix(draw, shape.hidden, shape.feed_forward)
    return _matrix(draw, shape.feed_forward if name.startswith("mlp") else shape.hidden, shape.hidden)


def _output(draw: np.random.Generator, shape: Shape) -> NDArray[np.float32]:
    """Return the output rows. Those of unwanted tokens are zero, so their logit 0 is far below that of the best word."""
    rows = 4 * _matrix(draw, len(shape.vocabulary.tokens), shape.hidden)
    if shape.speaks_words:
        rows[: -len(shape.vocabulary.words)] = 0
    return rows


def _matrix(draw: np.random.Generator, rows: int, columns: int) -> NDArray[np.float32]:
    return draw.standard_normal((rows, columns), np.float32) / np.float32(columns**0.5)


def write_gguf(
    path: Path,
    shape: Shape,
    weights: Weights,
    precision: Precision = "f16",
    template: str = CHAT_TEMPLATE,
    sampling: Mapping[str, float] = MappingProxyType({}),
) -> Path:
    """Write a file that llama.cpp can load, including the chat template and recommended ``sampling`` by the file's keys."""
    writer = gguf.GGUFWriter(path, "llama")
    _add_shape(writer, shape)
    _add_vocabulary(writer, shape.vocabulary)
    writer.add_chat_template(template)
    for key, value in sampling.items():
        (writer.add_int32 if isinstance(value, int) else writer.add_float32)(f"general.sampling.{key}", value)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16 if precision == "f16" else gguf.LlamaFileType.MOSTLY_Q8_0)
    for name, array in weights.items():
        _add_tensor(writer, name, _permuted(array, shape.heads) if _is_rotated(name) else array, precision)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_shape(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_name("random")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(_EPSILON)
    writer.add_rope_dimension_count(shape.hidden // shape.heads)
    writer.add_vocab_size(len(shape.vocabulary.tokens))


def _add_vocabulary(writer: gguf.GGUFWriter, vocabulary: Syllables) -> None:
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types([control if token in CONTROL_TOKENS else normal for token in vocabulary.tokens])
    writer.add_token_merges([" ".join(pair) for pair in vocabulary.merges])
    writer.add_bos_token_id(CONTROL_TOKENS.index("<s>"))
    writer.add_eos_token_id(CONTROL_TOKENS.index("</s>"))
    writer.add_add_bos_token(True)


def _add_tensor(writer: gguf.GGUFWriter, name: str, array: NDArray[np.float32], precision: Precision) -> None:
    if array.ndim == 1:
        writer.add_tensor(_gguf_name(name), array)
    elif precision == "f16":
        writer.add_tensor(_gguf_name(name), array.astype(np.float16))
    else:
        kind = gguf.GGMLQuantizationType.Q8_0
        writer.add_tensor(_gguf_name(name), gguf.quants.quantize(array, kind), raw_dtype=kind)


def _gguf_name(name: str) -> str:
    outer = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    stem = name.removesuffix(".weight")
    if stem in outer:
        return f"{outer[stem]}.weight"
    _, _, layer, inner = stem.split(".", 3)
    return f"blk.{layer}.{_GGUF_NAMES[inner]}.weight"


def _is_rotated(name: str) -> bool:
    return "q_proj" in name or "k_proj" in name


def _permuted(array: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Reorder rows for llama.cpp's rotary embedding, which pairs neighbours; transformers pairs the halves of a head."""
    rows, columns = array.shape
    return np.ascontiguousarray(
        array.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
    )


def transformers_model(shape: Shape, weights: Weights) -> Any:
    """Return the same model for transformers, in float32, as the official code would load it on a CPU."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(shape.vocabulary.tokens),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.context,
        rms_norm_eps=_EPSILON,
        bos_token_id=CONTROL_TOKENS.index("<s>"),
        eos_token_id=CONTROL_TOKENS.index("</s>"),
        pad_token_id=CONTROL_TOKENS.index("</s>"),
    )
    model = LlamaForCausalLM(config).eval()
    model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    return model


def transformers_tokenizer(vocabulary: Syllables) -> Any:
    """Return the tokenizer of that model."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    ids = {token: index for index, token in enumerate(vocabulary.tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=vocabulary.merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in CONTROL_TOKENS])
    named = dict(zip(("bos_token", "eos_token", "pad_token"), ("<s>", "</s>", "</s>"), strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, chat_template=CHAT_TEMPLATE, **named)


def describe(shape: Shape) -> dict[str, Any]:
    """Return the size of the model for a report."""
    layer = 4 * shape.hidden**2 + 3 * shape.hidden * shape.feed_forward + 2 * shape.hidden
    outer = 2 * len(shape.vocabulary.tokens) * shape.hidden + shape.hidden
    return {**asdict(shape), "vocabulary": len(shape.vocabulary.tokens), "parameters": shape.layers * layer + outer}

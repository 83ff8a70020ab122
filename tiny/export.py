"""The trained network as a GGUF file that contains tokenizer and chat template."""

import json
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, LlamaFileType, TokenType
from torch import Tensor

from tiny.network import Llama, Shape
from tiny.tokenizer import BOS, CONTROLS, EOS, TEMPLATE, DialogueTokenizer

NAME = "LLM Roleplay tiny"
_BLOCK_NAMES = {
    "attention.q": "attn_q",
    "attention.k": "attn_k",
    "attention.v": "attn_v",
    "attention.output": "attn_output",
    "attention_norm": "attn_norm",
    "feed_forward_norm": "ffn_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def write_gguf(path: Path, network: Llama, tokenizer: DialogueTokenizer) -> None:
    """Write ``network`` to ``path``, with matrices in half precision, norms in single, and no tied output matrix."""
    writer = GGUFWriter(path, "llama")
    _add_shape(writer, network.shape)
    _add_vocabulary(writer, tokenizer)
    for name, tensor in network.state_dict().items():
        dtype = np.float16 if tensor.ndim == 2 else np.float32
        writer.add_tensor(_gguf_name(name), _array(tensor).astype(dtype))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_shape(writer: GGUFWriter, shape: Shape) -> None:
    writer.add_name(NAME)
    writer.add_description(
        "Plays both sides of the LLM Roleplay demonstration. For trying the software, not for research."
    )
    writer.add_license("apache-2.0")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_rope_dimension_count(shape.hidden // shape.heads)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(LlamaFileType.MOSTLY_F16)


def _add_vocabulary(writer: GGUFWriter, tokenizer: DialogueTokenizer) -> None:
    model = json.loads(tokenizer.bpe.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].__getitem__)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL if token in CONTROLS else TokenType.NORMAL for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_unk_token_id(tokenizer.controls["<unk>"])
    writer.add_bos_token_id(tokenizer.controls[BOS])
    writer.add_eos_token_id(tokenizer.controls[EOS])
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_chat_template(TEMPLATE)


def _gguf_name(name: str) -> str:
    match name.removesuffix(".weight").split(".", 2):
        case ["embedding"]:
            return "token_embd.weight"
        case ["norm"]:
            return "output_norm.weight"
        case [_, layer, rest]:
            return f"blk.{layer}.{_BLOCK_NAMES[rest]}.weight"
    raise ValueError(f"GGUF's Llama has no tensor {name}, but the network does.")


def _array(tensor: Tensor) -> np.ndarray:
    array: np.ndarray = tensor.detach().cpu().float().numpy()
    return array

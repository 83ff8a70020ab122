"""The weights of a Llama by GGUF's names, in llama.cpp's order of rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from rolellm.tuning.export.shape import LlamaShape, Unexportable

Array = NDArray[np.float32]
_FORMATS = {
    "float32": (gguf.GGMLQuantizationType.F32, gguf.LlamaFileType.ALL_F32),
    "float16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "bfloat16": (gguf.GGMLQuantizationType.BF16, gguf.LlamaFileType.MOSTLY_BF16),
}


def add_tensors(writer: gguf.GGUFWriter, folder: Path, shape: LlamaShape, dtype: str) -> None:
    """Add all weights: matrices in the number format of the model's files (``dtype``), norms in single precision."""
    kind, file_type = _FORMATS[dtype]
    writer.add_file_type(file_type)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, shape.layers)
    for name, array in _arrays(folder):
        known = names.get_name(name, try_suffixes=(".weight",))
        if known is None:
            raise Unexportable(
                f"The weights {name} in {folder} have no place in a Llama. Export the model as it was tuned."
            )
        _add(writer, known, _in_order(name, array, shape), kind if array.ndim == 2 else _FORMATS["float32"][0])


def _arrays(folder: Path) -> Iterator[tuple[str, Array]]:
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            for name in file.keys():  # noqa: SIM118 - no dictionary
                yield name, file.get_tensor(name).float().numpy()


def _add(writer: gguf.GGUFWriter, name: str, array: Array, kind: Any) -> None:
    if kind is gguf.GGMLQuantizationType.F32:
        writer.add_tensor(name, array)
    elif kind is gguf.GGMLQuantizationType.F16:
        writer.add_tensor(name, array.astype(np.float16))
    else:
        writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)


def _in_order(name: str, array: Array, shape: LlamaShape) -> Array:
    """Reorder rows for llama.cpp's rotary embedding, which pairs neighbours; transformers pairs the halves of a head."""
    heads = {"q_proj": shape.heads, "k_proj": shape.key_heads}.get(name.split(".")[-2])
    if heads is None:
        return array
    rows, columns = array.shape
    halves = array.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2)
    return np.ascontiguousarray(halves.reshape(rows, columns))

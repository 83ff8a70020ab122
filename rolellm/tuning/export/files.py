"""Writing a GGUF file, and checking that llama.cpp cuts texts with it as transformers does."""

from pathlib import Path
from typing import Any

import gguf
from transformers import AutoTokenizer

from dialogue.backends.llama_cpp.library import llama
from dialogue.backends.llama_cpp.model_file import load_weights
from dialogue.backends.llama_cpp.vocabulary import Vocabulary
from dialogue.backends.transformers.weights import read_config
from dialogue.model_config import ModelSpec
from rolellm.tuning.export.shape import Unexportable, read_shape
from rolellm.tuning.export.tensors import add_tensors
from rolellm.tuning.export.vocabulary import add_vocabulary
from rolellm.tuning.merging import OutputExists

_TEXTS = (
    "Thou art too noble to be merciful! I'd have 12 of them, 2,000 -- or none.",
    "def main():\n    return {'a': [1, 23, 456]}\n\n\tprint(\"it's\")",
    "Über Größe, naïve café; 皇上，您好吗？ Привет 🙂 100%",
)


def export_gguf(folder: Path, file: Path) -> Path:
    """Write the model in ``folder`` to a GGUF file, in the number format of its weights, completely or not at all.

    Raises Unexportable for what is no Llama, and OutputExists.
    """
    if file.exists():
        raise OutputExists(f"{file} already exists. Choose another name.")
    shape = read_shape(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(unfinished, "llama")
    try:
        shape.add_to(writer, folder.name)
        add_vocabulary(writer, folder, shape.vocabulary, tokenizer)
        add_tensors(writer, folder, shape, read_config(folder).get("dtype") or "float32")
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        _check_tokens(unfinished, tokenizer, folder)
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file


def _check_tokens(file: Path, tokenizer: Any, folder: Path) -> None:
    model = load_weights(ModelSpec(name=file.name, backend="llama_cpp", file=file), vocab_only=True)
    try:
        vocabulary = Vocabulary(model)
        wrong = [text for text in _TEXTS if vocabulary.tokenize(text) != _ids(tokenizer, text)]
    finally:
        llama.llama_model_free(model)
    if wrong:
        raise Unexportable(
            f"The tokenizer in {folder} cannot be exported here, because llama.cpp splits {wrong[0][:30]!r} differently."
            " Use convert_hf_to_gguf.py of llama.cpp on this folder."
        )


def _ids(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids

"""A base model with its adapter as one model, and a model out of a GGUF file, each as a folder for transformers."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.transformers.adapters import adapted, check_adapter, read_manifest
from dialogue.backends.transformers.device import stored_dtype
from dialogue.backends.transformers.tokens import chat_template
from dialogue.backends.transformers.weights import find_folder, read_config
from dialogue.model_config import ModelSpec
from rolellm.tuning.refusals import TuningRefused
from rolellm.tuning.requirements import check_backend


class OutputExists(TuningRefused):
    """The output is there already."""


def merge(spec: ModelSpec, adapter: Path, output: Path) -> Path:
    """Write the base model ``spec`` with the adapter in its weights to the folder ``output``, completely or not at all.

    The sum is computed in single precision and stored in the base's number format. The folder has the chat template that the
    adapter was tuned with as its own. Raises ModelMisconfigured or OutputExists.
    """
    check_backend(spec)
    manifest = read_manifest(spec, adapter)
    tuned = spec.model_copy(update={"template": manifest.template})
    folder = find_folder(spec)
    check_adapter(tuned, adapter, folder)
    with _unfinished(output) as unfinished:
        base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, trust_remote_code=False)
        model = adapted(spec, base, adapter)
        model.to(stored_dtype(read_config(folder))).save_pretrained(unfinished)
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        tokenizer.chat_template = chat_template(tuned, tokenizer)
        tokenizer.save_pretrained(unfinished)
    return output


def unpack(file: Path, output: Path) -> Path:
    """Write the model in a GGUF file to the folder ``output``, so that transformers can tune it.

    Weights that are quantised become single precision, which restores nothing. Raises ModelMisconfigured or OutputExists.
    """
    with _unfinished(output) as unfinished:
        try:
            where = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
            model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
            tokenizer = AutoTokenizer.from_pretrained(**where)
        except (OSError, ValueError, KeyError, NotImplementedError) as error:
            reason = str(error).strip().partition("\n")[0].rstrip(".")
            raise ModelMisconfigured(
                f"{file} cannot be unpacked: {reason}. Choose a GGUF file whose architecture transformers supports."
            ) from error
        _forget_gguf(model)
        model.save_pretrained(unfinished)
        tokenizer.save_pretrained(unfinished)
    return output


def _forget_gguf(model: object) -> None:
    """Let the library save the model, which it takes for quantised still."""
    model.hf_quantizer = None  # type: ignore[attr-defined]
    model.is_quantized = False  # type: ignore[attr-defined]
    del model.config.quantization_config  # type: ignore[attr-defined]


@contextmanager
def _unfinished(output: Path) -> Iterator[Path]:
    """Yield a folder that gets the name ``output`` in the end, and vanishes after an error. Raises OutputExists."""
    if output.exists():
        raise OutputExists(f"{output} already exists. Choose another name.")
    folder = output.with_name(f"{output.name}.unfinished")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
        folder.rename(output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

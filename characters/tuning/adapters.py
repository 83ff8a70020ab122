"""What becomes of an adapter: merged into its base, one GGUF file, a model of models.toml."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from characters.models import Adapter
from characters.refusals import CharacterRefused
from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec
from dialogue.new_entries import EntryRefused, Value, add_entry, check_new_name
from rolellm.tuning.refusals import TuningRefused
from rolellm.tuning.requirements import require_packages
from studies.language_models.identities import find_well_described

_CHATTING: dict[str, Value] = {"sampling": {"temperature": 0.7, "top_p": 0.9, "top_k": 40}}
"""RoleLLaMA's sampling (appendix E)."""


def find_adapter(name: str) -> Adapter:
    """Return the adapter. Raises CharacterRefused with the names that exist."""
    found = Adapter.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(Adapter.objects.values_list("name", flat=True))
        remedy = (
            f"Choose from: {known}." if known else "None is stored yet. Make one with python manage.py rocit train."
        )
        raise CharacterRefused(f"There is no adapter {name!r}. {remedy}")
    return found


def merge_adapter(models_file: Path, adapter: Adapter, output: Path) -> Path:
    """Write the base model with the adapter in its weights to the folder ``output``. Raises CharacterRefused."""
    with _refusals():
        spec = find_well_described(models_file, adapter.base_model)
        require_packages()
        from rolellm.tuning.merging import merge

        return merge(spec, Path(adapter.folder), output)


def export_adapter(models_file: Path, adapter: Adapter, file: Path) -> Path:
    """Write the base model with the adapter in its weights to a GGUF file. Raises CharacterRefused."""
    with tempfile.TemporaryDirectory(dir=Path(adapter.folder).parent) as scratch:
        merged = merge_adapter(models_file, adapter, Path(scratch) / adapter.name.replace("/", "-"))
        return export_folder(merged, file)


def export_folder(folder: Path, file: Path) -> Path:
    """Write the model in a folder to a GGUF file. Raises CharacterRefused."""
    with _refusals():
        require_packages()
        from rolellm.tuning.export.files import export_gguf

        return export_gguf(folder, file)


def unpack_model(source: Path, output: Path) -> Path:
    """Write the model in a GGUF file to the folder ``output``. Raises CharacterRefused."""
    with _refusals():
        require_packages()
        from rolellm.tuning.merging import unpack

        return unpack(source, output)


def add_adapter(models_file: Path, adapter: Adapter, name: str) -> None:
    """Add the base model with its adapter to the models file, as the model ``name``. Raises CharacterRefused."""
    with _refusals():
        base = find_well_described(models_file, adapter.base_model)
        template = adapter.configuration["template"]
        settings = _of_base(base) | {"adapter": str(Path(adapter.folder).resolve()), "template": template}
        add_entry(models_file, name, settings | _CHATTING, _about(adapter))


def add_merged(models_file: Path, adapter: Adapter, output: Path, name: str) -> None:
    """Add a merged folder or an exported GGUF file as the model ``name``. Raises CharacterRefused."""
    with _refusals():
        context = find_well_described(models_file, adapter.base_model).context
        place = str(output.resolve())
        where: dict[str, Value] = {"backend": "transformers", "model": place}
        if output.is_file():
            where = {"backend": "llama_cpp", "file": place}
        add_entry(models_file, name, where | {"context": context} | _CHATTING, _about(adapter))


def refuse_known_name(models_file: Path, name: str) -> None:
    """Raise CharacterRefused if the models file has a model called ``name``: before hours of work, not after."""
    with _refusals():
        check_new_name(models_file, name)


def _of_base(base: ModelSpec) -> dict[str, Value]:
    settings: dict[str, Value] = {"backend": "transformers", "model": base.model, "context": base.context}
    chosen = {"device": base.device, "dtype": base.dtype, "attention": base.attention}
    return settings | {key: value for key, value in chosen.items() if value != "auto"}


def _about(adapter: Adapter) -> str:
    roles = adapter.configuration.get("roles", [])
    named = ", ".join(roles[:5]) + (f" and {len(roles) - 5} more" if len(roles) > 5 else "")
    return f"{adapter.base_model}, tuned to play {named}. Its system instruction names the role."


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn the errors of the layers below, each of which is a sentence, into CharacterRefused."""
    try:
        yield
    except (ModelMisconfigured, EntryRefused, TuningRefused) as error:
        raise CharacterRefused(str(error)) from error

"""The folder of a tuning, with the samples that it learns from."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from dialogue.backends.base import ModelMisconfigured
from dialogue.messages import Message
from rolellm.tuning.samples import Sample

_SAMPLES = "samples.jsonl"


def folder_of(token: str) -> Path:
    """Return the folder of the tuning with this token."""
    return Path(settings.VAR_DIR) / "tunings" / token


def write_samples(folder: Path, samples: Iterable[Sample]) -> None:
    """Write the samples to the folder, which is created."""
    folder.mkdir(parents=True)
    with (folder / _SAMPLES).open("w", encoding="utf-8") as file:
        for sample in samples:
            said = [[message.role, message.content] for message in sample.messages]
            stored = {"role": sample.role, "messages": said, "response": sample.response}
            file.write(json.dumps(stored, ensure_ascii=False) + "\n")


def read_samples(folder: Path) -> list[Sample]:
    """Return the samples in the folder. Raises ModelMisconfigured if they are gone."""
    try:
        with (folder / _SAMPLES).open(encoding="utf-8") as file:
            return list(_read(file))
    except OSError as error:
        raise ModelMisconfigured(
            f"The samples of this tuning are not in {folder} on this machine. Start its worker where it was requested, or"
            " request it again."
        ) from error


def _read(lines: Iterable[str]) -> Iterator[Sample]:
    for line in lines:
        stored = json.loads(line)
        yield Sample(stored["role"], tuple(Message(*each) for each in stored["messages"]), stored["response"])

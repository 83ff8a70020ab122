"""Prompt sets by reference: "llama-2" is built in, "mine@3" is a stored version, and "mine" the latest one."""

from collections.abc import Mapping
from contextlib import suppress

from dialogue import prompts
from dialogue.prompts import AnyPrompts, NamedPrompts
from dialogue.seeds import SPEAKERS, SpeakerName
from studies.models import PromptVersion


def find_prompts(reference: str, speaker: SpeakerName) -> NamedPrompts:
    """Return the prompt set of this speaker. Raises LookupError with one sentence."""
    if reference in (known := _built_in(speaker)):
        return NamedPrompts(reference, known[reference])
    name, _, version = reference.partition("@")
    rows = PromptVersion.objects.filter(name=name, speaker=speaker)
    row = rows.last() if reference == name else rows.filter(version=_number(version)).first()
    if row is None:
        raise prompts.unknown(reference, speaker, list_names(speaker))
    return NamedPrompts(str(row), row.prompts)


def find_any(reference: str) -> NamedPrompts:
    """Return the prompt set of either speaker; no two have the same name. Raises LookupError with one sentence."""
    for speaker in SPEAKERS:
        with suppress(LookupError):
            return find_prompts(reference, speaker)
    known = sorted({name for speaker in SPEAKERS for name in list_names(speaker)})
    raise LookupError(f"There is no prompt set {reference!r}. Choose from: {', '.join(known)}.")


def text_of(reference: str) -> str:
    """Return the TOML text of a stored version, "mine@3"; empty for a built-in prompt set."""
    name, _, version = reference.partition("@")
    return (
        PromptVersion.objects.filter(name=name, version=_number(version)).values_list("text", flat=True).first() or ""
    )


def list_names(speaker: SpeakerName) -> list[str]:
    """Return the names of the prompt sets of this speaker, the built-in ones first."""
    own = PromptVersion.objects.filter(speaker=speaker).values_list("name", flat=True)
    return [*_built_in(speaker), *sorted(set(own))]


def list_choices(speaker: SpeakerName) -> list[tuple[str, str]]:
    """Return references and labels of all prompt sets of this speaker: the built-in ones, then each one's versions, newest
    first."""
    own = PromptVersion.objects.filter(speaker=speaker).order_by("name", "-version")
    return [(name, f"{name} (built in)") for name in _built_in(speaker)] + [
        (str(row), f"{row.name}, version {row.version}") for row in own
    ]


def _built_in(speaker: SpeakerName) -> Mapping[str, AnyPrompts]:
    return prompts.inquirers() if speaker == "inquirer" else prompts.responders()


def _number(version: str) -> int:
    return int(version) if version.isdecimal() and len(version) < 5 else 0

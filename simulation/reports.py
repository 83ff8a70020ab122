"""The rows of tables 1 and 7, as text and as a JSON object."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dialogue.seeds import SpeakerName
from simulation.statistics import Rate, Summary

FAILURES = {
    "no_prompt": "No prompt",
    "multiple_prompts": "Multiple prompts",
    "incoherent": "Incoherent output",
    "self_reply": "Self-replies",
    "incoherent_responder": "Incoherent response (responder)",
    "beside_stop": "Text beside the stop token",
}
MEANS = {
    "turns": "Turns per dialogue",
    "tokens_per_prompt": "Tokens per prompt",
    "tokens_per_response": "Tokens per response",
}


@dataclass(frozen=True, slots=True)
class Throughput:
    """The speed of this process. Values are None if it had nothing to do or if its tokens are not counted."""

    dialogues_per_hour: float | None
    tokens_per_second: float | None


def time_left(hours: float) -> str:
    """Return a duration as precisely as such an estimate is: minutes below two hours, hours below two days, then days."""
    if hours < 2:
        return f"about {max(1, round(60 * hours))} min"
    return f"about {round(hours)} h" if hours < 48 else f"about {round(hours / 24)} days"


def unsent_sentence(speaker: SpeakerName, settings: Sequence[str]) -> str:
    """Return a sentence about the settings that are not sent to one speaker's server."""
    names = " and ".join(filter(None, [", ".join(settings[:-1]), settings[-1]]))
    them = "it" if len(settings) == 1 else "them"
    why = f"because its server does not support {them} or models.toml omits {them}"
    return f"The {speaker}'s outputs are generated without {names}, {why}."


def as_object(summary: Summary, throughput: Throughput) -> dict[str, Any]:
    """Return the summary for JSON: failures as {count, outputs, rate}, missing values as null."""
    rates = {name: _rate_object(getattr(summary, name)) for name in FAILURES}
    unsent = {
        speaker: {name: _rate_object(rate) for name, rate in found.items()} for speaker, found in summary.unsent.items()
    }
    return asdict(summary) | rates | {"unsent": unsent} | asdict(throughput)


def as_rows(summary: Summary) -> Iterator[tuple[str, str]]:
    """Yield (label, value) in the order of the paper's tables: means with population standard deviations, failures, endings.

    Settings that were not sent to a server follow the failures, if there are any.
    """
    for name, label in MEANS.items():
        yield label, _moments(getattr(summary, f"{name}_mean"), getattr(summary, f"{name}_sd"))
    for name, label in FAILURES.items():
        yield label, _share(getattr(summary, name))
    for speaker, settings in summary.unsent.items():
        for name, rate in settings.items():
            yield f"Without {name} ({speaker})", _share(rate)
    for ending, count in summary.endings.items():
        yield f"Ending: {ending.replace('_', ' ') or 'not recorded'}", _share(Rate(count, summary.dialogues))
    for name, label in {"ttr": "Type-token ratio", "distinct_1": "Distinct-1", "distinct_2": "Distinct-2"}.items():
        pooled = getattr(summary.lexical.pooled, name)
        yield f"{label}, pooled", "–" if pooled is None else f"{pooled:.3f}"
        yield f"{label}, per dialogue", _moments(*getattr(summary.lexical, name), digits=3)


def _rate_object(rate: Rate) -> dict[str, Any]:
    return {"count": rate.count, "outputs": rate.outputs, "rate": rate.rate}


def _moments(mean: float | None, deviation: float | None, *, digits: int = 2) -> str:
    return "–" if mean is None or deviation is None else f"{mean:.{digits}f} ({deviation:.{digits}f})"


def _share(rate: Rate) -> str:
    return f"{rate.count}/{rate.outputs}" + ("" if rate.rate is None else f" ({rate.rate:.2%})")

"""Names for the inquirers of several runs, which keep those with other prompt sets or settings apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from simulation.flat_settings import flatten
from simulation.models import Run
from simulation.run_identity import identify

_FIRST = ("inquirer prompts", "responder model", "responder prompts")
"""Settings that tell readers most."""
_CONDITIONS = ("features", "imported")
"""Parts of a configuration that a table has a column for, or that say only where dialogues are from."""
Settings = Mapping[str, str]


def name_inquirers(runs: Iterable[Run]) -> dict[int, str]:
    """Return a name for the inquirer of each run, by the run's key.

    It is that of the model, such as "tiny". If the model played in runs with different settings, those that tell them apart
    follow: "tiny (plain)" and "tiny (llama-2)".
    """
    variants: dict[str, dict[str, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        variants[run.inquirer][_signature(run)].append(run)
    return {
        run.pk: name
        for model, found in variants.items()
        for name, same in zip(_names(model, [same[0] for same in found.values()]), found.values(), strict=True)
        for run in same
    }


def _signature(run: Run) -> str:
    """Return what is the same for runs whose dialogues may be counted together."""
    return identify({key: value for key, value in run.configuration.items() if key not in _CONDITIONS})


def _names(model: str, variants: Sequence[Run]) -> list[str]:
    settings = [{key: value for key, value in flatten(run.configuration) if key != "features"} for run in variants]
    telling = _telling(settings)
    names = [_with_settings(model, [_worded(key, one.get(key, "none")) for key in telling]) for one in settings]
    same = len(set(names)) < len(names)
    return [f"{name}, settings {number}" if same else name for number, name in enumerate(names, start=1)]


def _telling(settings: Sequence[Settings]) -> list[str]:
    """Return as few settings as it takes to tell the variants apart, as far as settings do."""
    known = dict.fromkeys(key for one in settings for key in one)
    chosen: list[str] = []
    for key in sorted(known, key=lambda key: _FIRST.index(key) if key in _FIRST else len(_FIRST)):
        if _distinct(settings, [*chosen, key]) > _distinct(settings, chosen):
            chosen.append(key)
    return chosen


def _distinct(settings: Sequence[Settings], keys: Sequence[str]) -> int:
    return len({tuple(one.get(key) for key in keys) for one in settings})


def _with_settings(model: str, words: Sequence[str]) -> str:
    return f"{model} ({', '.join(words)})" if words else model


def _worded(key: str, value: str) -> str:
    return value if key == "inquirer prompts" else f"{key.removesuffix(' model')} {value}"

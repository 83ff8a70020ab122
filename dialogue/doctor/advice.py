"""What the doctor advises: a prompt set, limits and sampling, as lines for models.toml."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dialogue.doctor.examination import Examination
from dialogue.doctor.findings import Findings
from dialogue.model_config import InquirerTable, ModelSpec, ResponderTable, SpeakerTable
from dialogue.prompts import inquirers, responders

FITS, HARDLY = 0.9, 0.5
"""Shares of usable outputs from which a prompt set fits, and below which none is recommended without a warning."""
_OFTEN = 0.2
"""Share of outputs with a fault from which a setting is changed."""
_PENALTY = 1.1
_STEP, _LEAST = 50, 100


@dataclass(frozen=True, slots=True)
class Advice:
    """The prompt set for the model as inquirer (empty if none can be played) and why; ``lines`` for models.toml."""

    prompts: str
    why: str
    lines: str

    @property
    def options(self) -> str:
        """Return the option of ``manage.py simulate`` that chooses the prompt set for one run."""
        return f"--inquirer-prompts {self.prompts}" if self.prompts else ""


def advise(spec: ModelSpec, examination: Examination) -> Advice:
    """Return which prompt set fits, why, and the tables of ``spec`` with it."""
    best = find_best(examination)
    return Advice(best.prompts if best else "", _why(best, examination), "\n".join(_lines(spec, examination, best)))


def find_best(examination: Examination) -> Findings | None:
    """Return the first prompt set that fits, or else the one with the most usable outputs."""
    fitting = (each for each in examination.inquirer if each.share >= FITS)
    return next(fitting, max(examination.inquirer, key=lambda each: each.share, default=None))


def _why(best: Findings | None, examination: Examination) -> str:
    if best is None:
        return "The model cannot play the inquirer with any of the prompt sets. Choose another model for the inquirer."
    share = f"{best.usable} of {best.outputs} outputs can be used"
    if best.share < HARDLY:
        return f"No prompt set fits well. The best is {best.prompts}, with which {share}: {_remedy(best)}."
    others = [f"{each.prompts} {each.usable}" for each in examination.inquirer if each is not best]
    beside = f" ({', '.join(others)})" if others else ""
    return f"Use the prompt set {best.prompts} for the inquirer: {share}{beside}."


def _remedy(best: Findings) -> str:
    if best.is_thought_out:
        return "raise max_tokens, because thoughts use up the limit, and examine the model again"
    if 2 * best.refused > best.outputs:
        return "the provider refuses the prompts, so check its content filter or choose another model"
    if 2 * best.too_long > best.outputs:
        return "raise `context`, and examine the model again"
    return "choose a larger model for the inquirer"


def _lines(spec: ModelSpec, examination: Examination, best: Findings | None) -> Iterator[str]:
    """Yield the settings to write, each with its reason."""
    name = spec.name if re.fullmatch(r"[\w-]+", spec.name, re.ASCII) else json.dumps(spec.name)
    shared = list(_shared(spec, examination, best))
    if shared:
        yield from (f"[models.{name}]", *shared, "")
    if best is not None:
        yield from (f"[models.{name}.inquirer]", *_table(spec.inquirer or InquirerTable(), best))
    if examination.responder is not None:
        yield from ("", f"[models.{name}.responder]")
        yield from _table(spec.responder or ResponderTable(), examination.responder)


def _shared(spec: ModelSpec, examination: Examination, best: Findings | None) -> Iterator[str]:
    """Yield settings of the model that both speakers share, where the findings ask for other ones."""
    chosen = [each for each in (examination.responder, best) if each is not None]
    leaks = list(dict.fromkeys(mark for each in chosen if each.leaked >= _OFTEN * each.outputs for mark in each.leaks))
    if leaks:
        marks = list(dict.fromkeys([*(mark for each in chosen for mark in each.marks), *leaks]))
        yield f"marks = {json.dumps(marks, ensure_ascii=False)}  # the texts contained {' '.join(leaks)}"
    incoherent = sum(each.incoherent for each in chosen)
    if incoherent >= _OFTEN * sum(each.outputs for each in chosen) and spec.sampling.repeat_penalty == 1.0:
        settings = spec.sampling.model_dump(exclude_defaults=True) | {"repeat_penalty": _PENALTY}
        values = ", ".join(f"{key} = {value:g}" for key, value in settings.items())
        yield f"sampling = {{ {values} }}  # {incoherent} outputs repeat themselves"


def _table(table: SpeakerTable, findings: Findings) -> Iterator[str]:
    share = f"{findings.usable} of {findings.outputs} outputs can be used"
    if findings.prompts in {**inquirers(), **responders()}:
        yield f'prompts = "{findings.prompts}"  # {share}'
    else:  # models.toml can name built-in sets only
        yield f'prompts = "{table.prompts}"  # choose {findings.prompts} for each run: {share}'
    yield f"max_tokens = {_limit(table, findings)}  # {_why_limit(findings)}"
    yield f"coherence = {{ max_n = {table.coherence.max_n}, repeats = {table.coherence.repeats} }}"
    if table.regenerate_tries:
        yield f"regenerate_tries = {table.regenerate_tries}"


def _limit(table: SpeakerTable, findings: Findings) -> int:
    """Return the limit of models.toml; for an inquirer that ends its outputs, twice the longest if that is less.

    A chatbot's answers may grow with the questions, and thoughts are of any length, so their limits stay. A limit that thoughts
    use up is doubled.
    """
    if findings.thinking:
        return table.max_tokens * (2 if findings.is_thought_out else 1)
    if findings.speaker == "responder" or not findings.longest or findings.cut >= _OFTEN * findings.outputs:
        return table.max_tokens
    return min(table.max_tokens, max(_LEAST, -(-2 * findings.longest // _STEP) * _STEP))


def _why_limit(findings: Findings) -> str:
    if findings.cut:
        return f"{findings.cut} of {findings.outputs} outputs were cut at {findings.limit}"
    return f"the longest output has {findings.longest} tokens" if findings.longest else "as before"

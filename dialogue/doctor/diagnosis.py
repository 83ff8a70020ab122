"""What the doctor's findings mean, in sentences."""

from collections.abc import Iterator

from dialogue.doctor.examination import Examination
from dialogue.doctor.findings import Findings

_MISSING = {
    "quoted": "contain no quotation",
    "whole": "contain no text",
    "marked": "contain no text between the marks",
    "json": "contain no JSON object with a message",
}


def describe(examination: Examination) -> list[str]:
    """Return what the findings mean, beginning with the responder's."""
    found = [f"{_title(each)}: {_verdict(each)}{' '.join(['', *_faults(each)])}" for each in examination.findings]
    return [*found, *(f"Prompt set {each.reference}: {each.why}" for each in examination.refusals)]


def _title(findings: Findings) -> str:
    return "As responder" if findings.speaker == "responder" else f"As inquirer with {findings.prompts}"


def _verdict(findings: Findings) -> str:
    return f"{findings.usable} of {findings.outputs} outputs can be used."


def _faults(findings: Findings) -> Iterator[str]:
    """Yield a sentence for each kind of fault, with its remedy."""

    def outputs(number: int) -> str:
        return f"{number} of {findings.outputs} outputs"

    if findings.no_prompt:
        remedy = "" if findings.way == "whole" else ": use a set that reads the whole output"
        yield f"{outputs(findings.no_prompt)} {_MISSING[findings.way]}{remedy}."
    if findings.empty:
        yield f"{outputs(findings.empty)} are empty{_why_empty(findings)}."
    if findings.early:
        yield f"{findings.early} dialogues end before the first answer, because the model writes the stop token immediately."
    if findings.incoherent:
        yield f"{outputs(findings.incoherent)} repeat themselves: set a repeat_penalty of about 1.1, or a lower temperature."
    if findings.flips is None:
        yield f"Whether they speak as an assistant is not measured in this language ({findings.language})."
    if findings.flips:
        yield f"{outputs(findings.flips)} speak as an assistant instead of a person: larger models keep their role better."
    if findings.leaked:
        marks = " ".join(map(repr, findings.leaks))
        yield f"{outputs(findings.leaked)} contain marks of a chat template ({marks}): add unwanted ones to `marks`."
    if findings.self_replies:
        yield f"{outputs(findings.self_replies)} continue as the other speaker; they are cut there, and the beginning is used."
    if findings.cut:
        yield f"{outputs(findings.cut)} are cut at the limit of {findings.limit} tokens."
    if findings.thinking:
        yield f"{outputs(findings.thinking)} contain thoughts, which count as output but are never sent."
    if findings.refused:
        yield f"The provider refuses {findings.refused} of the {findings.outputs} prompts."
    if findings.too_long:
        yield f"The context is too small for {findings.too_long} of the {findings.outputs} prompts: raise `context`."


def _why_empty(findings: Findings) -> str:
    if findings.thinking and findings.cut:
        return ", because thoughts use up the limit: raise max_tokens"
    return ""

"""The doctor's findings as a table, for the terminal and for pages."""

from dialogue.doctor.examination import Examination
from dialogue.doctor.findings import Findings

HEADINGS = (
    "speaker",
    "prompt set",
    "usable",
    "no prompt",
    "empty",
    "ends at once",
    "repeats itself",
    "wrong role",
    "marks",
    "self-reply",
    "thoughts",
    "cut",
    "tokens/s",
)


def rows_of(examination: Examination) -> list[tuple[str, ...]]:
    """Return a row of texts for each speaker and prompt set, in the order of HEADINGS: counts of its outputs, or a dash."""
    return [_row(each) for each in examination.findings]


def as_text(examination: Examination) -> str:
    """Return the table with aligned columns. A column without any fault is left out."""
    rows = [HEADINGS, *rows_of(examination)]
    columns = [column for column in zip(*rows, strict=True) if set(column[1:]) != {"0"}]
    widths = [max(map(len, column)) for column in columns]
    lines = zip(*columns, strict=True)
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _row(findings: Findings) -> tuple[str, ...]:
    faults = (
        findings.no_prompt,
        findings.empty,
        findings.early,
        findings.incoherent,
        findings.flips,
        findings.leaked,
        findings.self_replies,
        findings.thinking,
        findings.cut,
    )
    speed = "–" if findings.speed is None else f"{findings.speed:.0f}"
    usable = f"{findings.usable} of {findings.outputs}"
    counts = ("–" if fault is None else str(fault) for fault in faults)
    return (findings.speaker, findings.prompts, usable, *counts, speed)

"""Several answers to each instruction as general rows of RoleBench (appendix C (4) and (5)).

The last answer to a row is the baseline, which is not cleaned, and the others are references. The paper has six. References
that break a rule of cleaning are dropped; they stay stored with the rule.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from random import Random
from tempfile import TemporaryDirectory
from typing import TextIO

from characters.benchmarks.languages import language_of
from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Answer, AnswerSet, BenchmarkRow
from rolellm.rolebench.export import Files
from rolellm.rolebench.layout import Use
from studies.files.whole_folders import whole_folder

SEED = 73
TEST_SHARE = 0.2
"""The paper divides 1,500 instructions into 1,200 and 300."""


@dataclass
class Written:
    """What an export wrote: rows of training and test, baselines, references, and what cleaning dropped, by its reason.

    ``repeated`` references are the same as another one of their row; ``without_reference`` rows had none left.
    """

    train: int = 0
    test: int = 0
    baselines: int = 0
    references: int = 0
    repeated: int = 0
    without_reference: int = 0
    unfinished: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


def export_general(answer_set: AnswerSet, folder: Path, test_share: float = TEST_SHARE, seed: int = SEED) -> Written:
    """Write the set's answers into a new folder in RoleBench's layout. Test rows have other instructions than training rows.

    Raises BenchmarkRefused or Unwritable; then no folder is left.
    """
    if not 0 <= test_share < 1:
        raise BenchmarkRefused("The share of test instructions must be at least 0 and below 1.")
    if not answer_set.answers.exclude(finished_at=None).exists():
        raise BenchmarkRefused(f"{answer_set.name} has no complete answer yet. Let the model answer first.")
    tested = _test_questions(answer_set, test_share, seed)
    language = "zh" if language_of(answer_set.benchmark) == "zh" else "eng"
    with whole_folder(folder) as place:
        rows = place / f"rolebench-{language}"
        rows = (rows if language == "zh" else rows / "instruction-generalization") / "general"
        rows.mkdir(parents=True)
        written = _write_rows(answer_set, rows, tested)
        _write_raw_answers(answer_set, place / f"instructions-{language}")
    return written


def read_general(answer_set: AnswerSet, test_share: float = TEST_SHARE, seed: int = SEED) -> Files:
    """Return the files that ``export_general`` writes. Raises BenchmarkRefused."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "data"
        export_general(answer_set, place, test_share, seed)
        paths = sorted(path for path in place.rglob("*") if path.is_file())
        return {PurePosixPath(path.relative_to(place)): path.read_text("utf-8") for path in paths}


def _write_rows(answer_set: AnswerSet, place: Path, tested: set[str]) -> Written:
    written = Written()
    with ExitStack() as stack:
        files: dict[str, TextIO] = {
            name: stack.enter_context((place / f"{name}.jsonl").open("w", encoding="utf-8"))
            for name in ("train", "test", "rolegpt_baseline")
        }
        for row, answers in _answered_rows(answer_set):
            _write_row(files, row, answers, written, "test" if row.question in tested else "train")
    return written


def _write_row(files: dict[str, TextIO], row: BenchmarkRow, answers: list[Answer], written: Written, use: Use) -> None:
    finished = [answer for answer in answers if answer.finished_at]
    written.unfinished += len(answers) - len(finished)
    is_baseline = len(answers) > 1
    candidates = [answer for answer in finished if not (is_baseline and answer is answers[-1])]
    if not (references := _clean(candidates, written)):
        written.without_reference += 1
        return
    _write_line(files[use], row, references)
    setattr(written, use, getattr(written, use) + 1)
    written.references += len(references)
    if is_baseline and answers[-1].finished_at:
        _write_line(files["rolegpt_baseline"], row, [answers[-1].text])
        written.baselines += 1


def _clean(candidates: list[Answer], written: Written) -> list[str]:
    """Return the distinct references without faults."""
    clean = [answer.text for answer in candidates if not answer.fault]
    written.dropped.update(answer.fault for answer in candidates if answer.fault)
    distinct = list(dict.fromkeys(clean))
    written.repeated += len(clean) - len(distinct)
    return distinct


def _answered_rows(answer_set: AnswerSet) -> Iterator[tuple[BenchmarkRow, list[Answer]]]:
    answers = answer_set.answers.select_related("row").order_by("row__position", "sample")
    for row, of_row in groupby(answers.iterator(chunk_size=1000), lambda answer: answer.row):
        yield row, list(of_row)


def _test_questions(answer_set: AnswerSet, share: float, seed: int) -> set[str]:
    rows = BenchmarkRow.objects.filter(answers__answer_set=answer_set).order_by("position")
    questions = list(dict.fromkeys(rows.values_list("question", flat=True)))
    return set(Random(seed).sample(questions, round(share * len(questions))))


def _write_raw_answers(answer_set: AnswerSet, place: Path) -> None:
    """Write the datasets' own answers, which RAW needs, if there are any."""
    rows = BenchmarkRow.objects.filter(answers__answer_set=answer_set).exclude(raw_answers=[]).order_by("position")
    raw = dict(rows.values_list("question", "raw_answers"))
    if not raw:
        return
    place.mkdir()
    with (place / "instructions-general.jsonl").open("w", encoding="utf-8") as file:
        for question, answers in raw.items():
            file.write(json.dumps({"question": question, "answers": answers}, ensure_ascii=False) + "\n")


def _write_line(file: TextIO, row: BenchmarkRow, texts: list[str]) -> None:
    line = {"role": row.role, "question": row.question, "generated": texts}
    file.write(json.dumps(line, ensure_ascii=False) + "\n")

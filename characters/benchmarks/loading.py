"""Load a benchmark from RoleBench's folders, an export in its format, or a file of instructions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePosixPath

from django.db import transaction

from characters.benchmarks.answer_files import store_answers
from characters.benchmarks.left_out import store_left_out
from characters.benchmarks.refusals import BenchmarkRefused
from characters.benchmarks.row_storing import RowStore
from characters.models import Benchmark
from rolellm.general_instructions import Choice, choose
from rolellm.languages import Language, detect
from rolellm.rolebench.instructions import Instruction, iterate_instructions
from rolellm.rolebench.layout import BenchFile, Layout, Part, read_layout
from rolellm.rolebench.rows import BenchRow, iterate_rows, numbered_lines, read_object
from studies.audit import Verb, record

LONGEST_NAME = 100
_TAKEN = "There is already a benchmark {!r}. Choose another name."
_SAMPLE = 100
"""Rows from which a language is detected."""


def load_path(
    path: Path,
    name: str,
    roles: Sequence[str] = (),
    language: Language | None = None,
    shown_as: str = "",
    choice: Choice | None = None,
) -> Benchmark:
    """Store a folder or file as a new benchmark, whole or not at all.

    A file contains rows of RoleBench, or instructions that each of ``roles`` is to answer; it is listed as ``shown_as``.
    ``choice`` stores only some of the instructions for the roles, and the others as left out.
    Raises UnreadableBenchmark or BenchmarkRefused.
    """
    _refuse_name(name)
    if choice and (path.is_dir() or _has_roles(path)):
        raise BenchmarkRefused(
            f"{shown_as or path.name} contains rows with roles, which are loaded whole. Choose from a file of instructions."
        )
    if path.is_dir():
        return _load_folder(path, name, language)
    if _has_roles(path):
        return _load_rows(path, name, language, shown_as or path.name)
    return _load_instructions(path, name, roles, language, shown_as or path.name, choice)


@transaction.atomic
def _load_folder(folder: Path, name: str, language: Language | None) -> Benchmark:
    layout = read_layout(folder, language)
    benchmark = _create(name, _language(folder, layout, language))
    store = RowStore(benchmark, _raw_answers(folder, layout))
    for file in layout.found:
        rows = iterate_rows(folder / file.path)
        benchmark.files.append(
            store_answers(benchmark, file, rows) if file.content == "answers" else store.store(file, rows)
        )
    if layout.raw_answers:
        benchmark.files.append(store.raw_answers_entry(str(layout.raw_answers)))
    benchmark.files += [{"path": str(file.path), "is_missing": True} for file in layout.missing]
    benchmark.save(update_fields=["files"])
    return benchmark


@transaction.atomic
def _load_rows(path: Path, name: str, language: Language | None, shown_as: str) -> Benchmark:
    first = next(iterate_rows(path))
    part: Part = "role_specific" if first.types else "general"
    language = language or _detect(iterate_rows(path))
    return _store_one(name, language, part, shown_as, iterate_rows(path))


@transaction.atomic
def _load_instructions(
    path: Path,
    name: str,
    roles: Sequence[str],
    language: Language | None,
    shown_as: str,
    choice: Choice | None,
) -> Benchmark:
    if not roles:
        raise BenchmarkRefused(
            f"{shown_as} contains instructions without roles. Name the roles that are to answer them."
        )
    found = list(iterate_instructions(path))
    language = language or detect(each.question for each in found[:_SAMPLE])
    chosen = choose(found, language, choice) if choice else None
    if choice and chosen and not chosen.kept:
        raise BenchmarkRefused(
            f"All instructions in {shown_as} have more than {choice.most_words:,} words with their answers. Allow more words."
        )
    asked = [found[number] for number in chosen.kept] if chosen else found
    rows = (BenchRow(role, each.question, ()) for each in asked for role in dict.fromkeys(roles))
    benchmark = _store_one(name, language, "general", shown_as, rows, {each.question.strip(): each for each in asked})
    if choice and chosen:
        store_left_out(benchmark, found, choice, chosen)
    return benchmark


def _store_one(
    name: str,
    language: Language,
    part: Part,
    shown_as: str,
    rows: Iterable[BenchRow],
    raw: dict[str, Instruction] | None = None,
) -> Benchmark:
    benchmark = _create(name, language)
    file = BenchFile(PurePosixPath(shown_as), "instruction", part, "test")
    benchmark.files = [RowStore(benchmark, raw or {}).store(file, rows)]
    benchmark.save(update_fields=["files"])
    return benchmark


def _refuse_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise BenchmarkRefused("The benchmark needs a name of 1 to 100 characters.")
    if Benchmark.objects.filter(name=name).exists():
        raise BenchmarkRefused(_TAKEN.format(name))


def _create(name: str, language: Language) -> Benchmark:
    """Create the benchmark, unless another request has given the name meanwhile."""
    benchmark, is_new = Benchmark.objects.get_or_create(name=name, defaults={"language": language})
    if not is_new:
        raise BenchmarkRefused(_TAKEN.format(name))
    record(None, Verb.IMPORTED, f"the benchmark {name}", about=name)
    return benchmark


def _has_roles(path: Path) -> bool:
    if path.suffix.lower() != ".jsonl":
        return False
    first = next((line for _, line in numbered_lines(path)), "")
    return "role" in (read_object(first) or {})


def _raw_answers(folder: Path, layout: Layout) -> dict[str, Instruction]:
    if layout.raw_answers is None:
        return {}
    return {each.question.strip(): each for each in iterate_instructions(folder / layout.raw_answers) if each.answers}


def _language(folder: Path, layout: Layout, chosen: Language | None) -> Language:
    first = layout.found[0]
    return first.language or chosen or _detect(iterate_rows(folder / first.path))


def _detect(rows: Iterator[BenchRow]) -> Language:
    return detect(text for row in islice(rows, _SAMPLE) for text in (row.question, *row.generated))

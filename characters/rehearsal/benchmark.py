"""The demo's benchmark: the test questions that Context-Instruct has made for its character, exported and loaded."""

from pathlib import Path
from tempfile import TemporaryDirectory

from characters.benchmarks.loading import load_path
from characters.context_instruct.exports import export_jobs, write_folder
from characters.models import Benchmark, ContextInstruct

BENCHMARK = "Coriolanus (made up)"


def load_benchmark(job: ContextInstruct) -> None:
    """Store the benchmark, unless there is one of its name."""
    if Benchmark.objects.filter(name=BENCHMARK).exists():
        return
    with TemporaryDirectory() as folder:
        exported = Path(folder) / "export"
        write_folder(export_jobs([job]), exported)
        load_path(exported, BENCHMARK)

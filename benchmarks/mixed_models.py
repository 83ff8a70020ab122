"""Measure how fast the logistic mixed model is fitted, compared with lme4 if R is installed, also for a very large study.

python -m benchmarks.mixed_models [--repeats 5] [--json] [--quick]

The small study has the paper's size (20 evaluators with 40 pairs each). The large one has 200,000 judgements by 2,000
evaluators about 500 people. R fits the same data with lme4's defaults; the time to load its libraries does not count.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.statistics.mixed_models import fit_detected
from analysis.statistics.power_plans import StudyPlan
from analysis.statistics.power_simulation import draw_study

RATES = {"gpt-4": 0.65, "llama-2": 0.665, "mixtral": 0.56, "vicuna": 0.775}
LARGE = (200_000, 2_000, 500)
QUICK = (5_000, 200, 50)
LME4 = """
suppressPackageStartupMessages(library(lme4))
d <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = TRUE)
for (i in seq_len(as.integer(commandArgs(TRUE)[2])))
  cat(system.time(glmer(detected ~ model + (1|participant) + (1|generator_user), d, family = binomial))[["elapsed"]], "\\n")
"""


@dataclass(frozen=True, slots=True)
class Found:
    """Medians, in seconds; ``lme4`` and ``share_of_lme4`` are None without R."""

    small: float
    large: float
    large_rows: int
    lme4: float | None
    share_of_lme4: float | None


def main() -> None:
    options = _options()
    found = measure(options.repeats, QUICK if options.quick else LARGE)
    print(json.dumps(asdict(found), indent=2) if options.json else _sentences(found))


def measure(repeats: int, large: tuple[int, int, int]) -> Found:
    """Measure our fits, then R's on the same small study."""
    study = draw_study(StudyPlan(RATES, evaluators=20, pairs=40), np.random.default_rng(73))
    small = statistics.median(_seconds(lambda: fit_detected(study)) for _ in range(repeats))
    big = draw_large(*large)
    lme4 = _lme4_seconds(study, repeats)
    return Found(small, _seconds(lambda: fit_detected(big)), len(big), lme4, small / lme4 if lme4 else None)


def draw_large(rows: int, evaluators: int, people: int) -> pd.DataFrame:
    """Draw judgements of eight models with random evaluators and people."""
    random = np.random.default_rng(73)
    evaluator, person, model = (random.integers(0, count, rows) for count in (evaluators, people, 8))
    eta = random.normal(0, 0.5, 8)[model] + random.normal(0, 0.8, evaluators)[evaluator]
    eta += random.normal(0, 0.3, people)[person]
    columns = {"participant": evaluator, "generator_user": person, "model": model}
    named = {name: values.astype(str) for name, values in columns.items()}
    return pd.DataFrame(named | {"detected": (random.random(rows) < expit(eta)).astype(float)})


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _lme4_seconds(study: pd.DataFrame, repeats: int) -> float | None:
    """Return the median time of lme4 in seconds, or None if R or lme4 is not installed."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="lme4-") as folder:
        data = Path(folder) / "study.csv"
        study.to_csv(data, index=False)
        command = [program, "-e", LME4, str(data), str(repeats)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return statistics.median(map(float, done.stdout.split())) if done.returncode == 0 else None


def _sentences(found: Found) -> str:
    beside = (
        "R with lme4 is not installed here."
        if found.lme4 is None or found.share_of_lme4 is None
        else f"lme4: {found.lme4:.3f} s, so ours takes {found.share_of_lme4:.2f} times as long."
    )
    return "\n".join(
        [
            f"800 judgements: {found.small:.3f} s, with the likelihood-ratio test. {beside}",
            f"{found.large_rows:,} judgements: {found.large:.1f} s, with the likelihood-ratio test.",
        ]
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, help="fits of the small study (default: 5)")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of sentences")
    parser.add_argument("--quick", action="store_true", help="only check that it runs")
    return parser.parse_args()


if __name__ == "__main__":
    main()

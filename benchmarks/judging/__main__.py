"""Measure how long evaluators wait for the next pair: one server process, the longest dialogues, many people at once.

python -m benchmarks.judging [--evaluators 20] [--pairs 5] [--pause 10] [--json] [--quick]

All evaluators open their first pair at the same moment and then judge a pair about every ten seconds; the paper's evaluators
took a minute and a half. Each dialogue has 12 turns of about 400 tokens for each speaker. No text occurs twice, so no page
comes from a cache. Afterwards the database must contain every answer once.
"""

import argparse
import json
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.chat.server import SERVER_LOG, serve, site_folder
from benchmarks.judging.people import Browser, Waited
from benchmarks.judging.site import open_site


@dataclass(frozen=True, slots=True)
class Found:
    """Times in seconds: ``first`` is for the pages that all evaluators request at once, ``page`` for all pages."""

    evaluators: int
    pairs: int
    pause: float
    page_median: float
    page_worst: float
    first_median: float
    submit_median: float
    submit_worst: float
    page_bytes: int
    load_average: tuple[float, float, float]


def main() -> None:
    options = _options()
    with site_folder("judging-benchmark-") as folder:
        found = measure(folder, options.evaluators, options.pairs, options.pause)
    print(json.dumps(asdict(found), indent=2) if options.json else _sentences(found))


def measure(folder: Path, evaluators: int, pairs: int, pause: float) -> Found:
    """Let all evaluators judge, and check the stored judgements. Raises Lost."""
    environment = open_site(folder)
    from benchmarks.judging.rows import check_stored, cookies, door, make_evaluation

    evaluation = make_evaluation(evaluators, pairs)
    with serve(environment, folder / SERVER_LOG) as server, ThreadPoolExecutor(evaluators) as pool:
        browsers = [Browser(server.address, cookie) for cookie in cookies(evaluation)]
        address = door(evaluation)
        waits = list(pool.map(lambda browser: browser.judge(address, pairs, pause), browsers))
    check_stored(evaluation, evaluators * pairs)
    return _found(waits, pairs, pause)


def _found(waits: Sequence[Sequence[Waited]], pairs: int, pause: float) -> Found:
    every = [waited for each in waits for waited in each]
    pages, submits = [waited.page for waited in every], [waited.submit for waited in every]
    return Found(
        evaluators=len(waits),
        pairs=pairs,
        pause=pause,
        page_median=statistics.median(pages),
        page_worst=max(pages),
        first_median=statistics.median(each[0].page for each in waits),
        submit_median=statistics.median(submits),
        submit_worst=max(submits),
        page_bytes=max(waited.bytes for waited in every),
        load_average=psutil.getloadavg(),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judging", description="Measure the judging page.")
    parser.add_argument("--evaluators", type=int, default=20, help="number of people who judge at once (default: 20)")
    parser.add_argument("--pairs", type=int, default=5, help="pairs for each evaluator (default: 5)")
    parser.add_argument("--pause", type=float, default=10.0, help="approximate seconds for each pair (default: 10)")
    parser.add_argument("--quick", action="store_true", help="use few people and no pauses, only to check that it runs")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of sentences")
    options = parser.parse_args()
    if options.quick:
        options.evaluators, options.pairs, options.pause = min(options.evaluators, 3), 2, 0.0
    return options


def _sentences(found: Found) -> str:
    return "\n".join(
        (
            f"{found.evaluators} evaluators, a pair every {found.pause:g} s each; pages of {found.page_bytes / 1000:.0f} kB.",
            f"A pair's page took {_ms(found.page_median)} in the median, {_ms(found.page_worst)} at worst.",
            f"The first pages, all at once, took {_ms(found.first_median)} in the median.",
            f"An answer took {_ms(found.submit_median)} in the median, {_ms(found.submit_worst)} at worst.",
        )
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()

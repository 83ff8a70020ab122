"""Simulate how evenly completed dialogues are spread over a study's conditions when people drop out.

python -m benchmarks.balance [--seeds 100] [--json] [--quick]

300 people arrive, of whom 30 % drop out, and some are present at a time. Each line has the share of simulations in which the
completed dialogues of two conditions differ by at most two, beside the largest share that any rule could reach; the median and
the largest difference of completed dialogues, and of people who finished; and how often a person's condition can be guessed.
"""

import argparse
import json
from dataclasses import asdict

from benchmarks.balance.measuring import Found, measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.balance", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--quick", action="store_true", help="only check that it runs")
    options = parser.parse_args()
    found = measure(2, 20) if options.quick else measure(options.seeds)
    if options.json:
        print(json.dumps({"designs": [asdict(one) for one in found]}))
        return
    for one in found:
        print(_line(one), flush=True)


def _line(one: Found) -> str:
    return (
        f"{one.design:28}{one.present:3} present: {one.within_two:4.0%} within 2 (at best {one.best:.1%}), "
        f"dialogues {one.median:g} to {one.largest}, people {one.finished_median:g} to {one.finished_largest}, "
        f"guessed {one.guessed:.0%}"
    )


if __name__ == "__main__":
    main()

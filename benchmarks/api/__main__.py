"""Measure how the `openai` backend finds out how many requests a provider allows.

python -m benchmarks.api [--allows 200 60] [--reply-seconds 2] [--whole] [--seconds 60] [--json] [--quick]

The benchmark starts a provider on this machine, with an OpenAI-compatible API, once for each number of requests that it
allows at once. It refuses others with status 429, without saying how long to wait, as is hardest for the backend. A model with
the default settings (`requests` = 200) answers 400 people, each of whom asks again as soon as the last answer is complete.

If the provider allows as many requests as the model may send, 150 must be in progress within 20 s, and remain so. If it allows
fewer, the median must be within 10 % of them afterwards, in the second half of the time.

Answers take the same time, because only the number of requests matters here. With `--whole` they arrive at their end instead
of beginning at once, so that the backend learns only from complete answers.

The exit status is 1 if a figure misses its goal.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace

from benchmarks.api.goals import judge
from benchmarks.api.provider import Provider
from benchmarks.api.watching import Watched, watch
from benchmarks.figures import table
from benchmarks.machine import describe_machine, show_machine

_REQUESTS = 200
_QUICK = {"allows": [20, 5], "reply_seconds": 0.3, "seconds": 2.0, "requests": 20}


def main() -> None:
    options = _options()
    machine = describe_machine()
    if not options.json:
        print(show_machine(machine), flush=True)
    watched = _measure(options)
    rows = [row for one in watched for row in judge(one)]
    if options.quick:
        rows = [replace(row, least=None, most=None) for row in rows]
    found = {"machine": machine, "reply_seconds": options.reply_seconds, "whole": options.whole}
    found |= {"watched": [asdict(one) for one in watched], "goals": [asdict(row) for row in rows]}
    print(json.dumps(found, indent=2) if options.json else f"\n{table(rows)}")
    sys.exit(any(row.is_missed for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.api", description="Measure how the `openai` backend adapts to a provider."
    )
    parser.add_argument(
        "--allows", type=int, nargs="+", default=[200, 60], help="requests that the provider allows (default: 200 60)"
    )
    parser.add_argument("--reply-seconds", type=float, default=2.0, help="how long an answer takes (default: 2)")
    parser.add_argument("--whole", action="store_true", help="send nothing of an answer before it is complete")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to watch each provider (default: 60)")
    parser.add_argument("--quick", action="store_true", help="measure little, only to check that it runs")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of a table")
    parser.set_defaults(requests=_REQUESTS)
    options = parser.parse_args()
    return argparse.Namespace(**vars(options) | _QUICK) if options.quick else options


def _measure(options: argparse.Namespace) -> list[Watched]:
    providers = (Provider(allows, options.reply_seconds, options.whole) for allows in options.allows)
    return [watch(provider, options.requests, options.seconds) for provider in providers]


if __name__ == "__main__":
    main()

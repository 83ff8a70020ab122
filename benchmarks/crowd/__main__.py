"""Measure a site under load: participants and evaluators who arrive together, on several web processes.

python -m benchmarks.crowd [--participants 200] [--evaluators 100] [--within 30] [--web 2] [--json] [--quick]

Each person starts at the welcome page in a separate browser: consent, form, instruction, then three messages to a
scripted chatbot or three pairs of the longest dialogues, about ten seconds for each. Every request goes to a random web
process. Afterwards the database must contain each message, reply and judgement once. The benchmark starts PostgreSQL (with
its usual 100 connections) and Redis unless --database and --redis name others. People and site share the machine.
"""

import argparse
import asyncio
import json
import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import Self

import psutil

from benchmarks.chat.server import SERVER_LOG, serve, site_folder
from benchmarks.crowd.browsers import Answers, Browser
from benchmarks.crowd.people import Habits, Judge, Participant, arrive
from benchmarks.crowd.site import open_site


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds."""

    median: float
    p95: float
    worst: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        ordered = sorted(seconds)
        return cls(statistics.median(ordered), ordered[ceil(0.95 * len(ordered)) - 1], ordered[-1])

    def __str__(self) -> str:
        return (
            f"{self.median:.2f} s in the median, {self.p95:.2f} s at the 95th percentile, {self.worst:.2f} s at worst"
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The results: ``statuses`` counts answers to requests; ``messages`` and ``judgements`` were stored once each."""

    participants: int
    evaluators: int
    web_processes: int
    seconds: float
    statuses: Mapping[int, int]
    messages: int
    judgements: int
    storing: Waits
    pages: Waits
    submitting: Waits
    load_average: tuple[float, float, float]


def main() -> None:
    options = _options()
    with site_folder("crowd-benchmark-") as folder:
        found = measure(folder, options)
    print(json.dumps(asdict(found), indent=2) if options.json else _sentences(found))


def measure(folder: Path, options: argparse.Namespace) -> Found:
    """Let all people take part, and check what was stored. Raises Lost and TurnedAway."""
    habits, answers = Habits(options.messages, options.pairs, options.pause), Answers()
    with open_site(folder, options.messages, options.database, options.redis) as environment, ExitStack() as servers:
        from benchmarks.chat import rows as chats
        from benchmarks.crowd.rows import make_study
        from benchmarks.judging import rows as judging

        study = make_study("crowd")
        evaluation = judging.make_evaluation(options.evaluators, options.pairs, is_free=True)
        door = f"/s/{evaluation.study.slug}/judge/{evaluation.number}/"
        addresses = [servers.enter_context(serve(environment, folder / SERVER_LOG)).address for _ in range(options.web)]
        chatting = [
            Participant(number, Browser(number, addresses, answers), study.slug, habits)
            for number in range(options.participants)
        ]
        judges = [
            Judge(number, Browser(options.participants + number, addresses, answers), door, habits)
            for number in range(options.evaluators)
        ]
        seconds = asyncio.run(_take_part(chatting, judges, options.within))
        for one in chatting:
            assert one.person is not None, "all participants chatted"
            chats.check_stored(one.person, one.heard)
        judging.check_stored(evaluation, options.evaluators * options.pairs)
    return _found(options, chatting, judges, answers, seconds)


async def _take_part(chatting: Sequence[Participant], judges: Sequence[Judge], within: float) -> float:
    began = perf_counter()
    await asyncio.gather(arrive(chatting, within), arrive(judges, within))
    return perf_counter() - began


def _found(
    options: argparse.Namespace,
    chatting: Sequence[Participant],
    judges: Sequence[Judge],
    answers: Answers,
    seconds: float,
) -> Found:
    heard = [reply for one in chatting for reply in one.heard]
    waits = [wait for one in judges for wait in one.waits]
    return Found(
        participants=len(chatting),
        evaluators=len(judges),
        web_processes=options.web,
        seconds=seconds,
        statuses=dict(sorted(answers.statuses.items())),
        messages=len(heard),
        judgements=len(waits),
        storing=Waits.of([reply.stored - reply.sent for reply in heard]),
        pages=Waits.of(answers.seconds),
        submitting=Waits.of(waits),
        load_average=psutil.getloadavg(),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crowd", description="Measure a site under load.")
    parser.add_argument("--participants", type=int, default=200, help="number of people who chat (default: 200)")
    parser.add_argument("--evaluators", type=int, default=100, help="number of people who judge (default: 100)")
    parser.add_argument("--within", type=float, default=30.0, help="seconds in which they arrive (default: 30)")
    parser.add_argument("--messages", type=int, default=3, help="messages of each participant (default: 3)")
    parser.add_argument("--pairs", type=int, default=3, help="pairs for each evaluator (default: 3)")
    parser.add_argument(
        "--pause", type=float, default=10.0, help="approximate seconds before each message or pair (default: 10)"
    )
    parser.add_argument("--web", type=int, default=2, help="number of web processes (default: 2)")
    parser.add_argument("--database", help="address of an empty PostgreSQL database (default: start a server)")
    parser.add_argument("--redis", help="address of a Redis server (default: start one)")
    parser.add_argument("--quick", action="store_true", help="use few people and no pauses, only to check that it runs")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of sentences")
    options = parser.parse_args()
    if options.quick:
        options.participants, options.evaluators, options.within = 6, 3, 0.5
        options.messages, options.pairs, options.pause = 2, 2, 0.0
    return options


def _sentences(found: Found) -> str:
    statuses = ", ".join(f"{number} of {status}" for status, number in found.statuses.items())
    return "\n".join(
        (
            f"{found.participants} participants and {found.evaluators} evaluators at {found.web_processes} web processes, "
            f"{found.seconds:.0f} s; load average {found.load_average[0]:.1f}.",
            f"Answers by status: {statuses}.",
            f"{found.messages} messages, {found.judgements} judgements, each stored once.",
            f"A message was stored after {found.storing}.",
            f"A request was answered after {found.pages}.",
            f"A judgement was stored after {found.submitting}.",
        )
    )


if __name__ == "__main__":
    main()

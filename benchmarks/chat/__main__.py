"""Measure how long people wait for a shared chatbot: one server process, one engine, and a socket for each person.

python -m benchmarks.chat [--participants 32] [--json] [--quick] [--threads 2]
python -m benchmarks.chat --idle 200 --chatting 20 [--json]

The benchmark creates a model with random weights and a site in a temporary folder, and starts the server with the command
of the Procfile. Each person sends three messages, each one as soon as the previous reply has ended. Afterwards the database
must contain every utterance and reply once, exactly as streamed. Other people then do the same with an engine that serves one
request after another, like a chatbot behind a lock. That engine keeps the system prompt in its cache, but rereads the earlier
turns of a dialogue each time. Compare only ratios within one run, on an otherwise idle machine.

To measure a production database or channel layer, use --database and --channel-layer.
With --idle, many people are connected but silent while others chat.
"""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.chat.server import site_folder
from benchmarks.chat.site import Load, Way, open_site
from benchmarks.engine import FULL, QUICK
from benchmarks.random_llama import describe

if TYPE_CHECKING:
    from benchmarks.chat.measuring import Idling, Waits

_ONE_PROCESS = "processes = 1\nflash_attention = false\nrepack = true"
_QUICK = Load(QUICK, engine=_ONE_PROCESS, messages_beside_idle=2, pause_beside_idle=0.1)
_MEGABYTE = 1_000_000


def main() -> None:
    options = _options()
    load = replace(_QUICK if options.quick else Load(FULL), threads=options.threads)
    with site_folder("chat-benchmark-") as folder:
        (_idle if options.idle else _compare)(folder, load, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chat", description="Measure chats over sockets.")
    parser.add_argument("--participants", type=int, default=32, help="number of people who chat at once (default: 32)")
    parser.add_argument(
        "--idle", type=int, default=0, help="number of connected, silent people (measures these instead)"
    )
    parser.add_argument(
        "--chatting", type=int, default=20, help="number of people who chat while others are silent (default: 20)"
    )
    parser.add_argument("--threads", type=int, default=2, help="threads of the engine (default: 2)")
    parser.add_argument("--database", help="address of an empty PostgreSQL database (default: SQLite)")
    parser.add_argument("--channel-layer", help="address of a Redis server (default: memory of the server process)")
    parser.add_argument("--quick", action="store_true", help="use a small model, only to check that it runs")
    parser.add_argument("--json", action="store_true", help="print a JSON object instead of a table")
    return parser.parse_args()


def _services(options: argparse.Namespace) -> dict[str, str]:
    named = {"DATABASE_URL": options.database, "CHANNEL_LAYER_URL": options.channel_layer}
    return {name: address for name, address in named.items() if address}


def _compare(folder: Path, load: Load, options: argparse.Namespace) -> None:
    ways = [Way("together", options.participants), Way("one-at-a-time", 1)]
    site = open_site(folder, load, ways, _services(options))
    from benchmarks.chat.measuring import measure_way

    together, alone = [measure_way(site, way, options.participants) for way in ways]
    ratio = together.first_token_median / alone.first_token_median
    if options.json:
        found = {"ways": [asdict(together), asdict(alone)], "first_token_ratio": ratio}
        print(json.dumps(_about(load, options) | found, indent=2))
    else:
        print(_table([together, alone]))
        print(f"Median time to first token: {ratio:.3f} times that of one request at a time.")


def _idle(folder: Path, load: Load, options: argparse.Namespace) -> None:
    way = Way("together", options.chatting)
    site = open_site(folder, load, [way], _services(options))
    from benchmarks.chat.measuring import measure_idling

    found = measure_idling(site, way, options.idle, options.chatting)
    if options.json:
        print(
            json.dumps(_about(load, options) | asdict(found) | {"bytes_per_socket": found.bytes_per_socket}, indent=2)
        )
    else:
        print(_table([found.waits]))
        print(_sentence(found))


def _about(load: Load, options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of the measurement and the machine's load average at its end."""
    asked = (
        {"messages": load.messages_beside_idle, "pause": load.pause_beside_idle}
        if options.idle
        else {"participants": options.participants, "messages": load.messages}
    )
    shared = {"reply_tokens": load.reply_tokens, "threads": load.threads}
    return {"model": describe(load.shape), "load_average": psutil.getloadavg()} | asked | shared


def _table(measured: "list[Waits]") -> str:
    heads = ("way", "first token", "worst", "gap p99", "worst", "tokens/s", "seconds")
    rows = [heads, *(_row(waits) for waits in measured)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _row(waits: "Waits") -> tuple[str, ...]:
    times = (waits.first_token_median, waits.first_token_worst, waits.gap_p99, waits.gap_worst)
    return waits.way, *(f"{time:.3f} s" for time in times), f"{waits.tokens_per_second:.0f}", f"{waits.seconds:.1f}"


def _sentence(found: "Idling") -> str:
    before, after = found.before / _MEGABYTE, max(found.connected, found.after) / _MEGABYTE
    return (
        f"{found.dropped} of {found.idle} idle sockets were dropped. The server grew from {before:.0f} to {after:.0f} MB,"
        f" {found.bytes_per_socket / _MEGABYTE:.3f} MB for each."
    )


if __name__ == "__main__":
    main()

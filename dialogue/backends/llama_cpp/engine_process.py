"""The program of an engine's process: ``python -m dialogue.backends.llama_cpp.engine_process FILE_DESCRIPTOR``.

It obeys the process at the other end of the connection, and ends with it. The signals that stop a whole group of processes are
ignored: the process that uses the engine decides when it is no longer needed.
"""

import gc
import logging
import os
import signal
import sys
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.llama_cpp.engine import Engine
from dialogue.backends.llama_cpp.measuring import measure
from dialogue.backends.llama_cpp.model_file import load_weights
from dialogue.backends.llama_cpp.pace import Pace
from dialogue.backends.llama_cpp.request import Order
from dialogue.backends.llama_cpp.runtime import Runtime
from dialogue.backends.llama_cpp.setup import Measure, Serve
from dialogue.backends.llama_cpp.vocabulary import Vocabulary


def main() -> None:
    logging.basicConfig(format="%(asctime)s llama.cpp engine: %(message)s")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    connection: Connection = Connection(int(sys.argv[1]))
    try:
        match connection.recv():
            case Serve() as setup:
                _serve(connection, setup)
            case Measure() as setup:
                connection.send(measure(setup))
    except ModelMisconfigured as error:
        connection.send(error)
    except (EOFError, BrokenPipeError):
        pass  # the other end is gone, and nothing is left to do


def _serve(connection: Connection, setup: Serve) -> None:
    model = load_weights(setup.spec, repack=setup.configuration.repack)
    runtime = Runtime(model, setup.spec, setup.plan, setup.configuration)
    vocabulary = Vocabulary(model)
    vocabulary.show(setup.marks)
    orders: SimpleQueue[Order | None] = SimpleQueue()
    pace = Pace(setup.configuration.threads_each)
    engine = Engine(runtime, vocabulary, setup.plan.slots, pace, orders, connection.send)
    gc.freeze()  # what is loaded now stays, and looking through it again and again would take a step's time
    connection.send(None)
    Thread(target=_receive, args=(connection, orders), daemon=True).start()
    engine.run()


def _receive(connection: Connection, orders: "SimpleQueue[Order | None]") -> None:
    """Pass orders on at once, so that the other end never waits for a step. End this process when the other end does."""
    try:
        while True:
            orders.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)


if __name__ == "__main__":
    main()

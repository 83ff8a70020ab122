"""The engine: it owns a model's context and answers many requests together."""

from collections import deque
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from dialogue.backends.base import Reply
from dialogue.backends.llama_cpp.batching import Batcher
from dialogue.backends.llama_cpp.request import Cancel, Deliveries, Delivery, Forget, Order, Request, UseThreads
from dialogue.backends.llama_cpp.runtime import Runtime
from dialogue.backends.llama_cpp.vocabulary import Vocabulary


class Engine:
    """Obeys ``orders`` until it finds None among them. All work happens on the thread that calls ``run``, because a context
    of llama.cpp belongs to one thread."""

    def __init__(
        self,
        runtime: Runtime,
        vocabulary: Vocabulary,
        slots: int,
        orders: "SimpleQueue[Order | None]",
        send: Callable[[Deliveries], None],
    ) -> None:
        self._runtime = runtime
        self._batcher = Batcher(runtime, vocabulary, slots, self._deliver)
        self._orders = orders
        self._send = send
        self._waiting: deque[Request] = deque()
        self._found: list[tuple[int, Delivery]] = []
        self._is_over = False

    def run(self) -> None:
        while not self._is_over:
            for order in self._new_orders():
                self._obey(order)
            self._work()

    def _new_orders(self) -> "Iterator[Order | None]":
        """Yield the orders that have arrived, waiting for one if there is nothing to do."""
        if not self._batcher.is_busy and not self._waiting:
            yield self._orders.get()
        while not self._orders.empty():
            yield self._orders.get()

    def _obey(self, order: Order | None) -> None:
        match order:
            case Request():
                self._waiting.append(order)
            case Cancel(number):
                self._cancel(number)
            case Forget(conversation):
                self._batcher.forget(conversation)
            case UseThreads(count):
                self._runtime.use_threads(count)
            case None:
                self._is_over = True

    def _cancel(self, number: int) -> None:
        for request in (*self._waiting, *self._batcher.requests):
            if request.number == number:
                request.is_cancelled = True

    def _work(self) -> None:
        self._batcher.drop_cancelled()
        self._admit()
        if self._batcher.is_busy:
            self._batcher.speak()
            self._send_found()
            self._batcher.listen()
        self._send_found()

    def _admit(self) -> None:
        """Give slots to requests in order of arrival, as long as any are free."""
        while self._waiting:
            if not self._waiting[0].is_cancelled and not self._batcher.admit(self._waiting[0]):
                return
            self._waiting.popleft()

    def _deliver(self, request: Request, delivery: Delivery) -> None:
        self._found.append((request.number, delivery))

    def _send_found(self) -> None:
        """Send a step's deliveries in one message, because a message costs more than a token."""
        if self._found:
            is_news = any(isinstance(delivery, Reply) for _, delivery in self._found)
            self._send(Deliveries(self._found, self._batcher.statistics if is_news else None))
            self._found = []

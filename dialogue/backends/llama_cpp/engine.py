"""The engine: it owns a model's context and answers many requests together."""

from collections import deque
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from dialogue.backends.llama_cpp.batching import Batcher
from dialogue.backends.llama_cpp.pace import Pace
from dialogue.backends.llama_cpp.post import Post
from dialogue.backends.llama_cpp.request import Cancel, Deliveries, Forget, Order, Request, UseThreads
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
        pace: Pace,
        orders: "SimpleQueue[Order | None]",
        send: Callable[[Deliveries], None],
    ) -> None:
        self._pace = pace
        self._post = Post(send)
        self._batcher = Batcher(runtime, vocabulary, slots, pace, self._post.add)
        self._orders = orders
        self._waiting: deque[Request] = deque()
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
                self._pace.most = count
            case None:
                self._is_over = True

    def _cancel(self, number: int) -> None:
        self._post.drop(number)
        for request in (*self._waiting, *self._batcher.requests):
            if request.number == number:
                request.is_cancelled = True

    def _work(self) -> None:
        self._batcher.drop_cancelled()
        self._admit()
        if self._batcher.is_busy:
            self._batcher.speak()
            self._post.send_if_due(self._batcher)
            self._batcher.listen()
        self._post.send_if_due(self._batcher)

    def _admit(self) -> None:
        """Give slots to requests in order of arrival, as long as any are free."""
        while self._waiting:
            if not self._waiting[0].is_cancelled and not self._batcher.admit(self._waiting[0]):
                return
            self._waiting.popleft()

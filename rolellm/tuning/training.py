"""The training loop: AdamW, a rate that rises and then falls with a cosine, steps that resume from checkpoints."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from time import perf_counter
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import get_cosine_schedule_with_warmup

from rolellm.tuning.batches import IGNORED, Batch, batches
from rolellm.tuning.checkpoints import Checkpoints, State
from rolellm.tuning.examples import Example
from rolellm.tuning.order import Order, total_steps, warm_up_steps
from rolellm.tuning.recipe import Recipe
from rolellm.tuning.refusals import TuningRefused

logger = logging.getLogger(__name__)


class NotEnoughMemory(TuningRefused):
    """A single sample does not fit into memory."""


@dataclass(frozen=True, slots=True)
class Point:
    """A step, counted from 1, with its mean loss on learned tokens (nats per token) before its update.

    ``batch`` is the number of samples that were computed at once.
    """

    step: int
    loss: float
    rate: float
    tokens: int
    batch: int
    seconds: float


class _Stopped(Exception):
    """A step was given up because the tuning should stop."""


class Training:
    """Tunes the LoRA of ``model``, a PeftModel, on ``examples``.

    All randomness of a step follows from the recipe's seed and the step's number, and a step's loss is averaged over all its
    learned tokens. So neither a resumption nor a smaller ``batch``, the number of samples computed at once, changes the curve
    by more than rounding.

    ``points`` are all steps so far, those before a resumption too. ``should_stop`` is asked before each batch.
    """

    def __init__(
        self,
        model: Any,
        examples: Sequence[Example],
        recipe: Recipe,
        checkpoints: Checkpoints,
        batch: int | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.steps = total_steps(len(examples), recipe)
        self._model = model
        self._examples = examples
        self._recipe = recipe
        self._checkpoints = checkpoints
        self._order = Order(len(examples), recipe)
        self._batch = batch or recipe.batch
        self._should_stop = should_stop
        self._weights = [weight for weight in model.parameters() if weight.requires_grad]
        self._optimizer = torch.optim.AdamW(self._weights, lr=recipe.rate, weight_decay=0.0)
        self._schedule = get_cosine_schedule_with_warmup(
            self._optimizer, warm_up_steps(len(examples), recipe), self.steps
        )
        self.points = self._resume()
        self._saved = self.step

    @property
    def step(self) -> int:
        """Return how many steps are done."""
        return len(self.points)

    @property
    def is_complete(self) -> bool:
        return self.step == self.steps

    def run(self) -> Iterator[Point]:
        """Yield each step after its update, and end early, with a checkpoint, if the tuning should stop.

        Raises NotEnoughMemory.
        """
        self._model.train()
        try:
            while not self.is_complete:
                self.points.append(self._advance())
                if self.is_complete or self.step % self._recipe.checkpoint_every == 0:
                    self._save()
                yield self.points[-1]
        except _Stopped:
            self._save()

    def _save(self) -> None:
        if self._saved != self.step:
            self._checkpoints.write(self._state())
            self._saved = self.step

    def _advance(self) -> Point:
        began = perf_counter()
        loss, tokens = self._gradients()
        torch.nn.utils.clip_grad_norm_(self._weights, self._recipe.clip)
        rate = self._schedule.get_last_lr()[0]
        self._optimizer.step()
        self._schedule.step()
        self._optimizer.zero_grad()
        return Point(self.step + 1, loss, rate, tokens, self._batch, perf_counter() - began)

    def _gradients(self) -> tuple[float, int]:
        """Compute the step's gradients and return its loss and learned tokens, halving the batch while memory runs out."""
        drawn = [self._examples[number] for number in self._order.of_step(self.step)]
        examples = sorted(
            drawn, key=lambda example: len(example.ids)
        )  # less padding; their order in a step is of no effect
        while True:
            try:
                return self._accumulate(examples)
            except RuntimeError as error:  # torch raises this for all its failures
                if not _is_out_of_memory(error):
                    raise
            self._halve()  # behind the block, because the error holds the step's tensors

    def _halve(self) -> None:
        """Compute half as many samples at once, which needs about half the memory. Raises NotEnoughMemory."""
        self._optimizer.zero_grad()
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()
        if self._batch == 1:
            longest = self._recipe.input_tokens + self._recipe.output_tokens
            raise NotEnoughMemory(
                f"A single sample of up to {longest} tokens does not fit into the memory of {self._model.device}. Lower"
                " input_tokens or output_tokens, or choose a smaller model."
            )
        self._batch //= 2
        logger.warning("Memory ran out. From step %d on, %d samples are computed at once.", self.step + 1, self._batch)

    def _accumulate(self, examples: Sequence[Example]) -> tuple[float, int]:
        torch.manual_seed(self._recipe.seed * 1_000_003 + self.step)
        tokens = sum(len(example.ids) - example.start for example in examples)
        total = 0.0
        for batch in batches(examples, self._batch, self._model.device):
            if self._should_stop():
                self._optimizer.zero_grad()
                raise _Stopped
            loss = self._loss(batch) / tokens
            loss.backward()
            total += float(loss.detach())
        return total, tokens

    def _loss(self, batch: Batch) -> Any:
        """Return the summed loss of the learned tokens. Logits are computed only where some row has them."""
        output = self._model(
            input_ids=batch.ids, attention_mask=batch.mask, logits_to_keep=batch.learned + 1, use_cache=False
        )
        labels = batch.labels[:, -batch.learned :]
        logits = output.logits[:, -batch.learned - 1 : -1].float()
        return cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="sum")

    def _resume(self) -> list[Point]:
        """Continue from the last checkpoint, if there is one, and return its points. Raises ForeignCheckpoint."""
        from peft import set_peft_model_state_dict

        state = self._checkpoints.read(self._model.device)
        if state is None:
            return []
        set_peft_model_state_dict(self._model, state.adapter)
        self._optimizer.load_state_dict(state.optimizer)
        self._schedule.load_state_dict(state.schedule)
        points = [Point(*values) for values in state.points]
        self._batch = min(self._batch, points[-1].batch)
        return points

    def _state(self) -> State:
        from peft import get_peft_model_state_dict

        adapter = get_peft_model_state_dict(self._model)
        points = [astuple(point) for point in self.points]
        return State(points, adapter, self._optimizer.state_dict(), self._schedule.state_dict())


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Return whether a device or the processor lacked memory; for the latter torch has no error class."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)

"""Train the embedded model, with Muon for the matrices and AdamW for the rest."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the usual name for it

from tiny.network import Llama, Shape
from tiny.tokenizer import Tokens

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The settings of the training. Rates fall linearly to zero over the last ``decay`` of the steps.

    In prompts only every ``prompt_stride``-th token is predicted, which teaches the words and saves a quarter of the time.
    The first ``start_length`` tokens of an answer, which choose its subject, count ``start_weight`` times. ``bfloat16``
    computes products in half precision: faster on processors with instructions for it, slower on others.
    """

    batch_tokens: int = 1280
    matrix_rate: float = 0.01
    rate: float = 2e-3
    momentum: float = 0.95
    warm_up: int = 60
    decay: float = 0.7
    prompt_weight: float = 0.3
    start_weight: float = 3.0
    start_length: int = 8
    prompt_stride: int = 8
    bfloat16: bool = False
    seed: int = 73


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded token ids (batch, length) and how much each counts as a target."""

    ids: Tensor
    weights: Tensor


def train(documents: Sequence[Tokens], shape: Shape, schedule: Schedule) -> Llama:
    """Return a network that has read every document once, in shuffled batches of similar length."""
    torch.manual_seed(schedule.seed)
    network = Llama(shape)
    batches = list(_batches(documents, shape, schedule))
    optimizers = _optimizers(network, schedule)
    started, average = time.monotonic(), 0.0
    for step, batch in enumerate(batches):
        _set_rates(optimizers, _share(step, len(batches), schedule))
        with torch.autocast("cpu", torch.bfloat16, enabled=schedule.bfloat16):
            loss, answer_loss = _loss(network, batch)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        average = answer_loss if step == 0 else 0.98 * average + 0.02 * answer_loss
        if step % 50 == 0 or step == len(batches) - 1:
            _log.info("step %d/%d answer loss %.4f %.0f s", step + 1, len(batches), average, time.monotonic() - started)
    return network


def _batches(documents: Sequence[Tokens], shape: Shape, schedule: Schedule) -> Iterator[Batch]:
    """Return batches of about ``batch_tokens``, each of documents of similar length, to reduce padding."""
    fitting = sorted((document for document in documents if len(document.ids) <= shape.context), key=_length)
    groups: list[list[Tokens]] = [[]]
    for document in fitting:
        if groups[-1] and (len(groups[-1]) + 1) * len(document.ids) > schedule.batch_tokens:
            groups.append([])
        groups[-1].append(document)
    Random(schedule.seed).shuffle(groups)
    return (_pad(group, schedule) for group in groups)


def _length(document: Tokens) -> int:
    return len(document.ids)


def _pad(group: Sequence[Tokens], schedule: Schedule) -> Batch:
    longest = max(map(_length, group))
    ids = torch.zeros(len(group), longest, dtype=torch.long)
    weights = torch.zeros(len(group), longest)
    for row, document in enumerate(group):
        ids[row, : len(document.ids)] = torch.tensor(document.ids)
        weights[row, : len(document.ids)] = target_weights(document, schedule)
    return Batch(ids, weights)


def target_weights(document: Tokens, schedule: Schedule) -> Tensor:
    """Return the weight of each token as a target: (length,)."""
    is_answer = torch.tensor(document.is_answer)
    places = torch.arange(len(is_answer))
    since_prompt = places - torch.where(is_answer, -1, places).cummax(0).values
    answer_weights = torch.where(since_prompt <= schedule.start_length, schedule.start_weight, 1.0)
    return torch.where(is_answer, answer_weights, schedule.prompt_weight * (places % schedule.prompt_stride == 0))


def _loss(network: Llama, batch: Batch) -> tuple[Tensor, float]:
    """Return the weighted loss, and for the log the mean loss on answers (nats per token)."""
    targets, weights = batch.ids[:, 1:], batch.weights[:, 1:]
    is_target = weights > 0
    logits = network.logits(network(batch.ids[:, :-1])[is_target])
    losses = F.cross_entropy(logits.float(), targets[is_target], reduction="none")
    answers = losses.detach()[weights[is_target] >= 1.0]
    return (losses * weights[is_target]).sum() / weights.sum(), answers.mean().item()


def _optimizers(network: Llama, schedule: Schedule) -> list[torch.optim.Optimizer]:
    matrices = [weight for weight in network.blocks.parameters() if weight.ndim == 2]
    others = [network.embedding.weight, *(weight for weight in network.parameters() if weight.ndim == 1)]
    muon = torch.optim.Muon(matrices, lr=schedule.matrix_rate, momentum=schedule.momentum, weight_decay=0.0)
    adam = torch.optim.AdamW(others, lr=schedule.rate, betas=(0.9, 0.98), weight_decay=0.0)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["full_rate"] = group["lr"]
    return [muon, adam]


def _set_rates(optimizers: Sequence[torch.optim.Optimizer], share: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["full_rate"] * share


def _share(step: int, steps: int, schedule: Schedule) -> float:
    """Return the share of the full rate at ``step``: rising, constant, then falling to zero."""
    return min(1.0, (step + 1) / schedule.warm_up, (steps - step) / (schedule.decay * steps))

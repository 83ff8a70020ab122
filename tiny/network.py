"""The embedded model's network: Llama, small enough to train on two cores."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name for it


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a network."""

    vocabulary: int = 3072
    hidden: int = 256
    layers: int = 4
    heads: int = 4
    feed_forward: int = 768
    context: int = 2048
    rope_base: float = 10_000.0
    norm_epsilon: float = 1e-5


class Attention(nn.Module):  # type: ignore[misc]  # mypy does not follow torch
    """Causal self-attention with rotary positions on neighbouring pairs, the order in which GGUF stores Llama."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.q, self.k, self.v, self.output = (_linear(shape.hidden, shape.hidden) for _ in range(4))

    def forward(self, x: Tensor, rotation: Tensor) -> Tensor:
        batch, length, hidden = x.shape
        q, k, v = (linear(x).view(batch, length, self.heads, -1).transpose(1, 2) for linear in (self.q, self.k, self.v))
        mixed = F.scaled_dot_product_attention(_rotate(q, rotation), _rotate(k, rotation), v, is_causal=True)
        return self.output(mixed.transpose(1, 2).reshape(batch, length, hidden))


class Block(nn.Module):  # type: ignore[misc]  # mypy does not follow torch
    """One layer: attention and a gated feed-forward network, each after a norm and added to its input."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention = Attention(shape)
        self.attention_norm = nn.RMSNorm(shape.hidden, eps=shape.norm_epsilon)
        self.feed_forward_norm = nn.RMSNorm(shape.hidden, eps=shape.norm_epsilon)
        self.gate = _linear(shape.hidden, shape.feed_forward)
        self.up = _linear(shape.hidden, shape.feed_forward)
        self.down = _linear(shape.feed_forward, shape.hidden)

    def forward(self, x: Tensor, rotation: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), rotation)
        y = self.feed_forward_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class Llama(nn.Module):  # type: ignore[misc]  # mypy does not follow torch
    """A Llama whose output matrix is the embedding."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.hidden)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.hidden, eps=shape.norm_epsilon)
        self.register_buffer("rotation", _rotations(shape), persistent=False)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the normed last hidden states (batch, length, hidden). A loss may need logits only at some positions."""
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, self.rotation[: ids.shape[1]])
        return self.norm(x)

    def logits(self, states: Tensor) -> Tensor:
        """Return logits over the vocabulary for hidden states of any shape (..., hidden)."""
        return F.linear(states, self.embedding.weight)


def _linear(inputs: int, outputs: int) -> nn.Linear:
    linear = nn.Linear(inputs, outputs, bias=False)
    nn.init.normal_(linear.weight, std=0.5 / inputs**0.5)
    return linear


def _rotations(shape: Shape) -> Tensor:
    """Return cosine and sine of the angles of every position: (context, 2, head size / 2)."""
    size = shape.hidden // shape.heads
    angles = torch.outer(torch.arange(shape.context).float(), shape.rope_base ** (-torch.arange(0, size, 2) / size))
    return torch.stack([angles.cos(), angles.sin()], dim=1)


def _rotate(x: Tensor, rotation: Tensor) -> Tensor:
    cos, sin = rotation[:, 0], rotation[:, 1]
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2)

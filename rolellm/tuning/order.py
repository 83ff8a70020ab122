"""Which samples each step learns from, computed from its number, so that a tuning can resume at any step."""

from collections.abc import Sequence
from random import Random

from rolellm.tuning.recipe import Recipe


def steps_per_epoch(samples: int, recipe: Recipe) -> int:
    """Return the number of steps in which every sample occurs once; the last one may have fewer samples."""
    return -(-samples // recipe.samples_per_step)


def total_steps(samples: int, recipe: Recipe) -> int:
    return steps_per_epoch(samples, recipe) * recipe.epochs


def warm_up_steps(samples: int, recipe: Recipe) -> int:
    """Return the number of steps during which the rate rises."""
    return round(recipe.warm_up * total_steps(samples, recipe))


class Order:
    """The order of ``samples`` samples, shuffled for each epoch."""

    def __init__(self, samples: int, recipe: Recipe) -> None:
        self._samples = samples
        self._recipe = recipe
        self._epoch = -1
        self._shuffled: list[int] = []

    def of_step(self, step: int) -> Sequence[int]:
        """Return the numbers of the samples of a step, both counted from 0."""
        epoch, within = divmod(step, steps_per_epoch(self._samples, self._recipe))
        if epoch != self._epoch:
            self._epoch, self._shuffled = epoch, list(range(self._samples))
            Random(f"{self._recipe.seed}/{epoch}").shuffle(self._shuffled)
        size = self._recipe.samples_per_step
        return self._shuffled[within * size : (within + 1) * size]

"""Which pair comes into a list in the place of one that is gone."""

from evaluation.evaluators.assignments import count_judges, dialogue_of, dialogues_beside
from evaluation.models import Evaluation, Pair, Showing


class Replacements:
    """Pairs that can stand in for others, with the count of who judges each, which finding one changes."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._wanted = evaluation.judges_per_pair
        self._judges = count_judges(evaluation)
        self._living = list(evaluation.pairs.filter(role=Pair.Role.MAIN, withdrawn_at=None).order_by("pk"))

    def find(self, gone: Showing) -> Pair | None:
        """One that still needs a judge, else the one of the same model that the fewest judge; None if the list can hold none.

        No list, and nobody, gets two pairs of one natural dialogue.
        """
        beside = dialogues_beside(gone)
        fitting = [pair for pair in self._living if dialogue_of(pair) not in beside]
        model = gone.pair.model
        needy = [pair for pair in fitting if self._judges[pair.pk] < self._wanted]
        candidates = needy or [pair for pair in fitting if pair.model == model]
        found = min(candidates, key=lambda pair: (pair.model != model, self._judges[pair.pk]), default=None)
        if found is not None:
            self._judges[found.pk] += 1
        return found

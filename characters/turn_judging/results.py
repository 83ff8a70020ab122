"""What judges have found about the turns of some dialogues, for pages and the command line."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet

from characters.models import TurnJudging
from characters.quantities import counted
from characters.turn_judging.judge_names import judge_names
from jobs.heartbeats import absent_worker
from rolellm.turn_judging.scores import HIGHEST
from studies.models import Dialogue, Study


@dataclass(frozen=True, slots=True)
class ScoringResult:
    """A judge's scores of turns in some dialogues.

    ``total`` turns are to be scored; ``without`` of the ``done`` ones have no score, because no answer could be read. The means
    are None without scores.
    """

    judging: TurnJudging
    name: str
    total: int
    done: int
    without: int
    style: float | None
    knowledge: float | None

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def scored(self) -> int:
        return self.done - self.without

    @property
    def in_words(self) -> str:
        """Return what was found: the number of scored turns, the mean scores, and the turns without a score."""
        turns = counted(self.scored, "turn")
        if self.style is None or self.knowledge is None:
            found = f"{turns} scored"
        else:
            found = f"{turns} scored, mean style {self.style:.2f}, mean knowledge {self.knowledge:.2f} (of {HIGHEST})"
        return f"{found}; no score: {self.without:,}" if self.without else found

    @property
    def absent_worker(self) -> str:
        """Return a sentence that says which worker to start if none serves the judge."""
        return absent_worker(self.judging) if self.left else ""


def read_results(study: Study, dialogues: QuerySet[Dialogue]) -> list[ScoringResult]:
    """Return the results of every judge that was asked about any of these dialogues of the study, oldest first."""
    names = judge_names(study)
    found = [_read(judging, names[judging.pk], dialogues) for judging in study.turn_judgings.order_by("pk")]
    return [result for result in found if result.total]


def read_result(judging: TurnJudging, dialogues: QuerySet[Dialogue]) -> ScoringResult:
    """Return the judge's results about these dialogues."""
    return _read(judging, judge_names(judging.study)[judging.pk], dialogues)


def _read(judging: TurnJudging, name: str, dialogues: QuerySet[Dialogue]) -> ScoringResult:
    is_done = Q(finished_at__isnull=False)
    numbers: dict[str, Any] = judging.scores.filter(dialogue__in=dialogues.order_by().values("pk")).aggregate(
        total=Count("pk"),
        done=Count("pk", filter=is_done),
        without=Count("pk", filter=is_done & Q(style=None)),
        mean_style=Avg("style"),
        mean_knowledge=Avg("knowledge"),
    )
    means = (numbers.pop("mean_style"), numbers.pop("mean_knowledge"))
    return ScoringResult(judging, name, numbers["total"], numbers["done"], numbers["without"], *means)

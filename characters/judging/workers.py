"""The worker that lets models judge many pairs of answers at once."""

from dataclasses import dataclass
from functools import partial

from characters.judge_answers import JudgeQuestion
from characters.judge_workers import JudgeWorker
from characters.judging import rankings
from characters.judging.queue import RANKINGS
from characters.models import Ranking
from jobs.queues import Queue
from rolellm.judging.questions import NAMES, again, opening
from rolellm.judging.verdicts import Verdict, read_verdict


@dataclass
class JudgingWorker(JudgeWorker[Ranking, Verdict]):
    """Asks judges which of two answers is better, in the order of the ranking."""

    @property
    def queue(self) -> Queue[Ranking]:
        return RANKINGS

    def _question(self, item: Ranking) -> JudgeQuestion:
        asked = rankings.read_question(item)
        return JudgeQuestion(opening(asked), partial(again, language=asked.language))

    def _seed(self, item: Ranking) -> int:
        return rankings.seed_of(item)

    def _read(self, answer: str) -> Verdict:
        return read_verdict(answer, NAMES)

    def _finish(self, item: Ranking, verdict: Verdict) -> None:
        rankings.finish_ranking(item, verdict, self.name, self.clock())

    def _finish_unread(self, item: Ranking, problem: str) -> None:
        rankings.finish_without_verdict(item, problem, self.name, self.clock())

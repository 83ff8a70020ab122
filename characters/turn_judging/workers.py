"""The worker that lets models score many turns at once."""

from dataclasses import dataclass
from functools import partial

from characters.judge_answers import JudgeQuestion
from characters.judge_workers import JudgeWorker
from characters.models import TurnScore
from characters.turn_judging import turn_scores
from characters.turn_judging.queue import TURN_SCORES
from jobs.queues import Queue
from rolellm.turn_judging.questions import again, opening
from rolellm.turn_judging.scores import Scores, read_scores


@dataclass
class TurnJudgingWorker(JudgeWorker[TurnScore, Scores]):
    """Asks judges how well a turn keeps the style and the knowledge of its character."""

    @property
    def queue(self) -> Queue[TurnScore]:
        return TURN_SCORES

    def _question(self, item: TurnScore) -> JudgeQuestion:
        asked = turn_scores.read_question(item)
        return JudgeQuestion(opening(asked), partial(again, language=asked.language))

    def _seed(self, item: TurnScore) -> int:
        return turn_scores.seed_of(item)

    def _read(self, answer: str) -> Scores:
        return read_scores(answer)

    def _finish(self, item: TurnScore, verdict: Scores) -> None:
        turn_scores.finish_score(item, verdict, self.name, self.clock())

    def _finish_unread(self, item: TurnScore, problem: str) -> None:
        turn_scores.finish_without_score(item, problem, self.name, self.clock())

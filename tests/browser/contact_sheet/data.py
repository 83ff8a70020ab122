"""Studies in every state, characters and benchmarks, and the addresses of all researchers' pages about them."""

from django.test import Client
from django.utils import timezone

from analysis.models import PowerEstimate
from analysis.power.estimates import request_estimate
from analysis.statistics.power_plans import PAPER, PowerQuestion
from analysis.study.reports import request_report
from evaluation.rehearsal.loading import REHEARSAL, load_rehearsal
from studies.models import Study
from tests.analysis.drift.factories import make_played_run
from tests.analysis.humanness.factories import compute
from tests.analysis.working import work_off_reports
from tests.characters.judging.factories import make_answers, make_benchmark
from tests.collection.factories import FEATURES, make_natural_dialogue, make_open_study, make_participant
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)
from tests.factories import make_character, make_dialogues, make_run, make_staff, make_study
from tests.roleplay_site.link_walk import OF_A_STUDY, Walk

CLICKS = 3
CLICKS_IN_A_STUDY = 2
_FOUND = [{"studies": 500, "failed": 0, "overall": 400, "contrasts": [30, 240, 410, 300, 200, 499]}] * 2


def fill() -> str:
    """Store everything, and return the session of a researcher."""
    load_rehearsal()
    request_report(Study.objects.get(slug=REHEARSAL))
    work_off_reports()
    compute(make_played_run())
    make_study("new")
    _collect()
    _judge()
    _act()
    client = Client()
    client.force_login(make_staff())
    return client.cookies["sessionid"].value


def _collect() -> None:
    """An open study with people in every state, and a run in progress."""
    study = make_open_study("collecting", goal_count=10, frozen_at=timezone.now(), seats=20)
    for minutes, dialogues, state in ((0, 2, "active"), (5, 3, "active"), (200, 10, "finished"), (3000, 2, "active")):
        participant = make_participant(study, seen_minutes_ago=minutes, state=state)
        for number in range(1, dialogues + 1):
            make_natural_dialogue(participant, ending="next_goal" if number < dialogues or state == "finished" else "")
    make_participant(study, seen_minutes_ago=50, answers=None, state="screened_out")
    make_participant(study, answers=FEATURES | {"gender": "Nonbinary"})
    run = make_run(study, state="running", is_queued=True, started_at=timezone.now())
    make_dialogues(list(run.simulations.select_related("run", "goal", "persona")[:30]), turns=4)


def _judge() -> None:
    """An open evaluation with evaluators, and a planned one."""
    evaluation = make_evaluation(make_judged_study("judged", people=4), title="First round")
    make_evaluation(evaluation.study, state="planned", opened_at=None, title="Second round")
    for number in range(3):
        evaluator = make_evaluator(evaluation, flag="failed an attention check" if number else "")
        for presentation in presentations_of(evaluator)[: 4 - number]:
            make_judgement(presentation)


def _act() -> None:
    """Characters, a benchmark with answers, and an estimate of power."""
    make_character(audit="accepted")
    benchmark = make_benchmark(("Menenius", "Brutus"))
    make_answers(benchmark)
    make_answers(benchmark, "Tuned", "fine")
    estimate = request_estimate(PowerQuestion(PAPER, evaluators=(10, 20)))
    PowerEstimate.objects.filter(pk=estimate.pk).update(state="finished", found=_FOUND)


def addresses(session: str) -> list[str]:
    """Return the address of every page that links lead to, for each study, without those that are alike."""
    client = Client(headers={"Host": "localhost"})
    client.cookies["sessionid"] = session
    walks = [Walk(client).follow("/", CLICKS)]
    for study in Study.objects.order_by("pk"):
        walks.append(Walk(client, OF_A_STUDY).follow(f"/studies/{study.slug}/", CLICKS_IN_A_STUDY))
    pages = dict.fromkeys(page for walk in walks for page in walk.pages.items())
    return [address for route, address in pages if _is_shown(route)]


def _is_shown(route: str) -> bool:
    """Return whether the address shows researchers a page: no part of one, no download, and not participants' own."""
    return not route.endswith(("/live/", "/preview/", "/results/", "/programme/<int:number>/"))

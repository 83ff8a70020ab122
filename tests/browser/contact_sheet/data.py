"""Studies in every state, characters and benchmarks, and the addresses of all researchers' pages about them."""

import re
from dataclasses import asdict

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from analysis.models import PowerEstimate
from analysis.power.estimates import request_estimate
from analysis.statistics.power_plans import PAPER, PowerQuestion
from analysis.study.reports import request_report
from characters.models import ContextInstruct, InstructCall, LeftOutInstruction, LossPoint, Triplet, Tuning
from evaluation.models import Evaluation
from evaluation.rehearsal.loading import REHEARSAL, load_rehearsal
from rolellm.tuning.recipe import Recipe
from roleplay_site.visitors.publication import publish_results
from studies.models import Dialogue, Study
from tests.analysis.drift.factories import make_played_run
from tests.analysis.humanness.factories import compute
from tests.analysis.working import work_off_reports
from tests.characters.judging.factories import BASELINE, request, run
from tests.collection.factories import FEATURES, make_natural_dialogue, make_open_study, make_participant
from tests.evaluation.benchmarks.judged import benchmark_of, judge_all, make_open_evaluation
from tests.evaluation.factories import (
    make_answer_evaluation,
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)
from tests.factories import make_character, make_dialogues, make_run, make_staff, make_study
from tests.roleplay_site.keeping.whole_study import make_branch
from tests.roleplay_site.link_walk import OF_A_STUDY, Walk

CLICKS = 4
CLICKS_IN_A_STUDY = {"demo": CLICKS, REHEARSAL: CLICKS, "new": 1, "collecting": CLICKS, "judged": CLICKS}
"""A new study is empty on the pages of its steps, and elsewhere like others."""
_ALIKE = re.compile("/edit/<|/(new|import|recruitment|tests|history|side-by-side)/$|/branches/")
"""The routes of forms and other pages that are alike in all studies, so that one of each is enough."""
PREVIEWS = (
    "/s/talking/preview/",
    "/s/talking/preview/form/",
    "/s/talking/preview/chat/",
    "/s/talking/preview/after_goal/",
    "/s/talking/preview/end/",
    "/s/judged/judge/1/preview/start/",
    "/s/judged/judge/1/preview/pairs/1/",
)
_FOUND = [{"studies": 500, "failed": 0, "overall": 400, "contrasts": [30, 240, 410, 300, 200, 499]}] * 2


def fill() -> str:
    """Store everything, and return the session of an administrator."""
    load_rehearsal()
    rehearsal = Study.objects.get(slug=REHEARSAL)
    request_report(rehearsal)
    work_off_reports()
    publish_results(rehearsal)
    compute(make_played_run())
    make_study("new")
    _collect()
    _judge()
    _act()
    _tune()
    researcher = make_staff()
    User.objects.update(is_superuser=True)
    client = Client()
    client.force_login(researcher)
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
    """An open evaluation with evaluators, a closed and a planned one, and a branch of a dialogue."""
    study = make_judged_study("judged", people=4)
    for title, state in (("First round", Evaluation.State.OPEN), ("Pilot", Evaluation.State.CLOSED)):
        evaluation = make_evaluation(study, title=title, state=state)
        for number in range(3):
            evaluator = make_evaluator(evaluation, flag="failed an attention check" if number else "")
            for presentation in presentations_of(evaluator)[: 4 - number]:
                make_judgement(presentation)
    make_evaluation(study, state="planned", opened_at=None, title="Second round")
    make_branch(study.dialogues.filter(kind=Dialogue.Kind.NATURAL)[0])


def _act() -> None:
    """Characters, a benchmark with answers that a model and people have judged, and an estimate of power."""
    make_character(audit="accepted")
    evaluation = make_open_evaluation(roles=("Menenius", "Brutus"))
    judge_all(evaluation, {"style": "win", "knowledge": "tie"})
    benchmark = benchmark_of(evaluation)
    make_answer_evaluation(benchmark, ("Tuned",), BASELINE)
    run(request(benchmark, "Tuned"))
    LeftOutInstruction.objects.create(
        benchmark=benchmark,
        position=3,
        question="Say it again.",
        reason="duplicate",
        explanation="Row 1 asks the same.",
    )
    estimate = request_estimate(PowerQuestion(PAPER, evaluators=(10, 20)))
    PowerEstimate.objects.filter(pk=estimate.pk).update(state="finished", found=_FOUND)


def _tune() -> None:
    """Questions and answers about a character, and a tuning in progress."""
    job = ContextInstruct.objects.create(character=make_character("Volumnia"), model="tiny", state="finished")
    call = InstructCall.objects.create(job=job, position=0, origin="script_based", first_row=1, last_row=9)
    for position, fate in enumerate(("kept", "duplicate", "malformed")):
        Triplet.objects.create(call=call, position=position, question="Who is he?", answer="My son.", fate=fate)
    configuration = {"roles": ["Volumnia"], "recipe": asdict(Recipe()), "unknown_roles": {}, "empty_responses": {}}
    tuning = Tuning.objects.create(name="nobles", model="base", configuration=configuration, state="running", steps=40)
    LossPoint.objects.bulk_create(
        LossPoint(tuning=tuning, step=step, epoch=step / 20, loss=4 / step, learning_rate=1e-4, seconds=2)
        for step in range(1, 30)
    )


def addresses(session: str) -> list[str]:
    """Return the address of every page that links lead to, for each study, without those that are alike, and of previews."""
    client = Client(headers={"Host": "localhost"})
    client.cookies["sessionid"] = session
    walks = [Walk(client).follow("/", CLICKS)]
    for slug, clicks in CLICKS_IN_A_STUDY.items():
        walks.append(Walk(client, OF_A_STUDY).follow(f"/studies/{slug}/", clicks))
    found: dict[str, str] = {}
    for walk in walks:
        for route, address in walk.pages.items():
            found.setdefault(route if _ALIKE.search(route) else address, address)
    return [address for address in (*found.values(), *PREVIEWS) if _is_page(client, address)]


def _is_page(client: Client, address: str) -> bool:
    """Return whether the address shows a whole page: no part of one, and no download."""
    response = client.get(address)
    return not response.streaming and response.text.lower().startswith("<!doctype html")

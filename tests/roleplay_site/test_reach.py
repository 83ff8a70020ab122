"""Everything that researchers do in a study is at most two clicks from its cockpit."""

import pytest
from django.test import Client

from studies.models import Study
from tests.analysis.drift.factories import make_played_run, make_study_with_characters
from tests.analysis.humanness.factories import keep_report as keep_humanness
from tests.analysis.study.factories import keep_report
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    presentations_of,
)
from tests.factories import make_staff, make_study
from tests.roleplay_site.link_walk import OF_A_STUDY, Walk
from tests.roleplay_site.url_table import researchers_routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scripted_models")]
CLICKS = 2
REFRESHED = ("/live/", "/results/", "/progress/", "/after/<int:shown>/")
"""How the addresses end from which an open page refreshes itself."""
CHOSEN_ON_A_PAGE = {
    "/dialogues/<slug:token>/branches/<int:turn>/",
    "/studies/<slug:slug>/side-by-side/",
    "/studies/<slug:slug>/evaluations/<int:number>/flag/",
    "/studies/<slug:slug>/evaluations/<int:number>/pairs/<str:token>/",
    "/runs/<slug:token>/programme/<int:number>/",
    "/runs/<slug:token>/humanness/files/<slug:report>/<str:name>",
}
"""What belongs to a turn, an evaluator, a pair, a programme or a figure that is chosen on a page two clicks away."""


def test_every_address_of_a_study_is_reached_from_its_cockpit(client: Client) -> None:
    client.force_login(make_staff())
    played = make_played_run(make_study_with_characters())
    keep_humanness(played)
    slugs = [make_study("new").slug, played.study.slug, make_judged("planned", "planned").slug]
    slugs += [make_judged("open", "open").slug, make_judged("closed", "closed").slug]
    Study.objects.update(guards_natural=True)
    found: set[str] = set()
    for slug in slugs:
        walk = Walk(client, OF_A_STUDY).follow(f"/studies/{slug}/", CLICKS)
        found |= {*walk.pages, *walk.used}
    wanted = {one for one in researchers_routes() if one.startswith(OF_A_STUDY) and not one.endswith(REFRESHED)}
    missing = wanted - found - CHOSEN_ON_A_PAGE
    assert not missing, "\n".join(sorted(missing))


def make_judged(slug: str, state: str) -> Study:
    """Store a study with its analysis, and an evaluation in this state."""
    study = make_judged_study(slug)
    evaluation = make_evaluation(study, state=state)
    if not evaluation.is_planned:
        for presentation in presentations_of(make_evaluator(evaluation)):
            make_judgement(presentation)
    keep_report(study)
    return study

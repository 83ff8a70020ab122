"""A researcher branches a dialogue in a browser, and compares the branches with it."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from jobs.models import Job
from simulation.models import Branch
from studies.models import Dialogue
from tests.browser.accessibility import check_page_in_both_sizes
from tests.browser.arrival import arrive
from tests.factories import make_dialogue, make_study, make_turn
from tests.installation import MODELS_FILE
from tests.simulation.branches.branching import branch_at
from tests.simulation.scripts import request_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_a_turn_to_branches_beside_the_original(staff_page: Page, settings: Settings) -> None:
    settings.MODELS_FILE = MODELS_FILE
    parent = make_dialogue(request_run(make_study(goal_count=1, persona_count=1)).simulations.get(), turns=3)
    staff_page.goto(f"/dialogues/{parent.token}/")
    staff_page.get_by_role("link", name="Branch here at turn 2").click()
    arrive(staff_page, "Branches at turn 2")
    staff_page.get_by_label("Replace the inquirer’s utterance").check()
    staff_page.get_by_label("Utterance of turn 2").fill(f"How fast is {'a very ' * 20}fast bear?")
    staff_page.get_by_role("button", name="Start branch").click()
    expect(staff_page.get_by_role("button", name="Pause branch 1")).to_be_visible()

    _end(Branch.objects.get())
    expect(staff_page.get_by_text("They diverge at turn 2, with the inquirer's utterance.")).to_be_visible()
    branch_at(parent, 2)
    staff_page.reload()
    check_page_in_both_sizes(staff_page, "branches")


def _end(branch: Branch) -> None:
    """Store what a worker would."""
    make_turn(branch.dialogue, 1, utterance=branch.utterance)
    now = timezone.now()
    Dialogue.objects.filter(pk=branch.dialogue_id).update(ended_at=now, ending="max_turns")
    Branch.objects.filter(pk=branch.pk).update(finished_at=now, state=Job.State.FINISHED)

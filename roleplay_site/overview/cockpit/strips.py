"""The steps of studies, made of their numbers."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.utils import timezone

from roleplay_site.overview.cockpit.collecting import collecting_step
from roleplay_site.overview.cockpit.judging import judging_step
from roleplay_site.overview.cockpit.numbers import Numbers, read_numbers
from roleplay_site.overview.cockpit.results import analysis_step, export_step
from roleplay_site.overview.cockpit.setting_up import set_up_step
from roleplay_site.overview.cockpit.simulating import simulation_step
from roleplay_site.overview.cockpit.step import Step, Strip, make_strip
from studies.models import Study


def read_strips(studies: Sequence[Study], now: datetime | None = None) -> list[Strip]:
    """Return the strip of each study, in order."""
    now = now or timezone.now()
    prefetch_related_objects(studies, "goals", "conditions")  # what a study lacks is looked up study by study
    return [make_strip(one.study, _steps(one, now)) for one in read_numbers(studies, now)]


def read_strip(study: Study) -> Strip:
    """Return the strip of one study."""
    return read_strips([study])[0]


def _steps(numbers: Numbers, now: datetime) -> list[Step]:
    set_up = set_up_step(numbers)
    judging = judging_step(numbers)
    analysis = analysis_step(numbers, judging)
    return [
        set_up,
        collecting_step(numbers, set_up, now),
        simulation_step(numbers),
        judging,
        analysis,
        export_step(numbers, analysis, now),
    ]

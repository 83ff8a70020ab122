"""The steps of analysing and exporting."""

from datetime import datetime

from django.urls import reverse
from django.utils.timesince import timesince

from roleplay_site.overview.cockpit.numbers import Numbers
from roleplay_site.overview.cockpit.quantities import counted
from roleplay_site.overview.cockpit.step import Action, Kind, Step

NOTHING_YET = "There is nothing to analyse yet. Collect, simulate or judge some dialogues first."


def analysis_step(numbers: Numbers, judging: Step) -> Step:
    """Return the step, as the latest report is; without one it comes next once everything has been judged."""
    address, report = reverse("analysis", args=[numbers.study.slug]), numbers.report
    facts = [counted(numbers.judged, "judgement")]
    if report is None:
        if not (numbers.natural or numbers.simulated or numbers.judged):
            return Step("analyse", "Analyse", address, "later", facts, lacks=NOTHING_YET)
        kind: Kind = "next" if judging.kind == "done" else "later"
        return Step("analyse", "Analyse", address, kind, facts, action=Action("Compute analysis", address))
    view = Action("View analysis", address)
    if report.has_failed:
        return Step("analyse", "Analyse", address, "failed", facts, lacks=report.message, action=view)
    if report.is_running:
        return Step("analyse", "Analyse", address, "running", facts, time_left=report.step, action=view)
    facts = [f"computed {report.created_at:%-d %b %Y}", *facts]
    return Step("analyse", "Analyse", address, "done", facts, action=view)


def export_step(numbers: Numbers, analysis: Step, now: datetime) -> Step:
    """Return the step: done once anything was exported, next once the analysis is."""
    address, exported = reverse("data", args=[numbers.study.slug]), numbers.exported
    facts = [counted(numbers.natural + numbers.simulated, "dialogue")]
    if exported:
        ago = timesince(exported.at, now, depth=1).replace("\xa0", " ")
        facts.append(f"exported {ago} ago by {exported.author or 'a command'}")
    kind: Kind = "done" if exported else "next" if analysis.kind == "done" else "later"
    has_data = numbers.natural or numbers.simulated or numbers.people
    action = Action("Export data", address) if has_data else None
    return Step("export", "Export", address, kind if has_data else "later", facts, action=action)

"""Pages that show runs, or single dialogues, side by side."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from analysis.comparing.aligned_cells import wants_all
from analysis.comparing.compared_runs import complaint_about, read_chosen, read_runs
from analysis.comparing.comparison_page import read_comparison
from analysis.comparing.coverage import Coverage, read_coverage
from analysis.comparing.figures import read_groups
from analysis.comparing.side_by_side import read_side_by_side
from studies.access import staff_only
from studies.audit import Verb, record
from studies.models import Study


@staff_only
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Compare the chosen runs of a study, or ask for a choice."""
    page = read_comparison(get_object_or_404(Study, slug=slug), request.GET)
    return render(request, "comparing/compare.html", {"page": page})


@staff_only
def compare_figures(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the figures of the chosen runs: each answer computes one more run, and asks for the next until all are there."""
    coverage = _find_coverage(request, slug)
    runs = coverage.compared
    done = request.GET.get("done", "0")
    count = min(len(runs), int(done) + 1 if done in map(str, range(len(runs))) else len(runs))
    context = {
        "compared": runs,
        "groups": read_groups(coverage, count),
        "next": count if count < len(runs) else None,
        "slug": slug,
        "query": "&".join([*(f"run={one.run.token}" for one in runs), *["dialogues=all"] * coverage.wants_all]),
    }
    return render(request, "comparing/_figures.html", context)


@staff_only
def compare_file(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Return the figures of the chosen runs as CSV or LaTeX."""
    from analysis.comparing.figures_file import CONTENT_TYPES, write_figures

    if kind not in CONTENT_TYPES:
        raise Http404
    text = write_figures(_find_coverage(request, slug), kind)
    record(get_object_or_404(Study, slug=slug), Verb.EXPORTED, f"runs-of-{slug}.{kind}")
    headers = {"Content-Disposition": f'attachment; filename="runs-of-{slug}.{kind}"'}
    return HttpResponse(text, content_type=CONTENT_TYPES[kind], headers=headers)


@staff_only
def side_by_side(request: HttpRequest, slug: str) -> HttpResponse:
    """Show dialogues of a study side by side."""
    study = get_object_or_404(Study, slug=slug)
    page = read_side_by_side(study, request.GET.getlist("dialogue"))
    return render(request, "comparing/side_by_side.html", {"study": study, "page": page})


def _find_coverage(request: HttpRequest, slug: str) -> Coverage:
    runs = read_chosen(get_object_or_404(Study, slug=slug), request.GET)
    if complaint_about(runs):
        raise Http404(complaint_about(runs))
    return read_coverage(read_runs(runs), wants_all=wants_all(request.GET))

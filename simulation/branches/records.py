"""A study's branches as JSON lines, which say what each dialogue of kind "branch" in an export starts from and changes."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from simulation.branches.comparison import find_parting, list_changes
from simulation.costs import cost_of
from simulation.models import Branch
from simulation.provenance import read_provenance
from studies.files.exports import counted
from studies.models import Dialogue, Study, is_unsafe


def export_branches(study: Study, *, takes_unsafe: bool = False) -> Iterator[str]:
    """Yield one line for each of the study's ended branches, oldest first, without unsafe ones unless ``takes_unsafe``.

    Raises Incomplete at the end if the number of lines differs from the number of branches at the start.
    """
    chosen = _ended_branches(study)
    chosen = chosen if takes_unsafe else chosen.exclude(pk__in=unsafe_branches(study).values("pk"))
    keys = list(chosen.order_by("pk").values_list("pk", flat=True))
    rows = Branch.objects.select_related("dialogue__persona", "parent__persona")
    # Each branch is read when its line is due, so that one that was deleted meanwhile is noticed.
    branches = (branch for key in keys for branch in rows.filter(pk=key))
    lines = (json.dumps(record(branch), ensure_ascii=False) + "\n" for branch in branches)
    yield from counted(lines, len(keys), "branches")


def unsafe_branches(study: Study) -> QuerySet[Branch]:
    """Return the ended branches that are unsafe, or whose parent is: their lines may quote it."""
    unsafe = Dialogue.objects.filter(is_unsafe(), study=study).values("pk")
    return _ended_branches(study).filter(Q(dialogue__in=unsafe) | Q(parent__in=unsafe))


def _ended_branches(study: Study) -> QuerySet[Branch]:
    return Branch.objects.filter(parent__study=study).exclude(finished_at=None)


def record(branch: Branch) -> dict[str, Any]:
    """Return what the branch starts from and changes, and where it diverges; ``parting`` is None if it repeats its parent."""
    parting, found, cost = find_parting(branch), read_provenance(branch), cost_of(branch)
    return {
        "branch": branch.dialogue.token,
        "parent": branch.parent.token,
        "turn": branch.turn,
        "shared": branch.shared,
        "changes": [{"name": one.name, "before": one.before, "after": one.after} for one in list_changes(branch)],
        "parting": parting and {"turn": parting.turn, "at": parting.at},
        "ending": branch.dialogue.ending,
        "seed": branch.dialogue.seed,
        "utterance": branch.utterance,
        "configuration": branch.configuration,
        "determinism": found.determinism,
        "provenance": branch.provenance,
        "environments": [line.as_object() for line in found.environments],
        "cost": cost and cost.as_object(),
        "created_at": branch.created_at.isoformat(),
    }

"""URLs of a study's lists."""

from django.urls import path

from studies.lists import views
from studies.lists.kinds import KINDS

ENDINGS = ("csv", "jsonl")

urlpatterns = [
    *(
        path(f"studies/<slug:slug>/{kind}/import/", views.import_list, {"kind": kind}, name=f"import-{kind}")
        for kind in KINDS
    ),
    *(
        path(
            f"studies/<slug:slug>/{kind}.{ending}",
            views.export_list,
            {"kind": kind, "ending": ending},
            name=f"export-{kind}-{ending}",
        )
        for kind in KINDS
        for ending in ENDINGS
    ),
]

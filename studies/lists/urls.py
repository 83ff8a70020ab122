"""URLs of a study's lists."""

from django.urls import path, register_converter

from studies.lists import views
from studies.lists.kinds import KINDS


class _Kind:
    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class _Ending(_Kind):
    regex = "csv|jsonl"


register_converter(_Kind, "list_kind")
register_converter(_Ending, "list_ending")

urlpatterns = [
    path("studies/<slug:slug>/<list_kind:kind>/import/", views.import_list, name="import-list"),
    path("studies/<slug:slug>/<list_kind:kind>.<list_ending:ending>", views.export_list, name="export-list"),
]

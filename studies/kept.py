"""Admin pages that explain why a row cannot be deleted, even by a superuser, who has every permission."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studies.admin_trail import TrailedAdmin

DATA = (
    "It is part of a study's data, which cannot be changed or deleted here."
    " A participant's data are deleted when they withdraw."
)
FROZEN_HERE = (
    "The study is frozen because it has participants or a run, so nothing in it can be changed or deleted."
    " Copy the study to change it."
)
PARTICIPANTS = "A participant gave these answers. They are deleted when the participant withdraws."
_SETTINGS = {"Recruitment", "Outcome"}
"""Models of a study's settings, which are deleted with the study."""


class KeepingAdmin(TrailedAdmin):
    """An admin that shows why a row is kept, instead of an error that names a missing permission."""

    def why_kept(self, obj: Any) -> str:
        """Return why the row cannot be changed or deleted, in a sentence; empty if it can."""
        return ""

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        why = self._why(request, object_id)
        if why and request.method == "POST":
            return _refusal(request, why)
        if why:
            self.message_user(request, why, messages.INFO)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        why = self._why(request, object_id)
        return _refusal(request, why) if why else super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        """Tell a superuser which rows are kept and why, instead of naming permissions that no account can have."""
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)  # type: ignore[arg-type]
        kept = [f"{obj}: {why}" for obj in objs if (why := self.why_kept(obj))]
        lacking -= {name for name in lacking if str(name).capitalize() in _SETTINGS}
        if lacking and request.user.is_superuser:
            kept.append(f"{', '.join(sorted(map(str, lacking)))}: {DATA}")
            lacking = set()
        return shown, counts, lacking, [*protected, *kept]

    def _why(self, request: HttpRequest, object_id: str | None) -> str:
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        return self.why_kept(obj) if obj is not None and self.has_view_permission(request, obj) else ""


def _refusal(request: HttpRequest, why: str) -> HttpResponse:
    return render(request, "kept.html", {"why": why}, status=403)

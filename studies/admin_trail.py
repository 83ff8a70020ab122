"""Django's admin leaves lines in the audit trail, as the researchers' pages do."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from studies.audit import Verb, acting_as, record
from studies.models import Study


class TrailedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the class takes no argument at run time
    """An admin whose additions, changes and deletions are recorded wherever Django logs them itself."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self.tell(request, Verb.ADDED, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Record the change with the names of its fields. A form that was saved without a change has an empty ``message``."""
        if message:
            fields = [name for part in message for name in part.get("changed", {}).get("fields", [])]
            self.tell(request, Verb.CHANGED, obj, fields)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self.tell(request, Verb.DELETED, obj)
        return super().log_deletions(request, queryset)

    def tell(self, request: HttpRequest, verb: Verb, obj: Any, fields: Sequence[str] = ()) -> None:
        """Record that the request's account did this to ``obj``."""
        study = obj if isinstance(obj, Study) else getattr(obj, "study", None)
        words = f"the {obj._meta.verbose_name} {obj} in Django's admin{': ' if fields else ''}{', '.join(fields)}"
        with acting_as(request.user.get_username()):
            record(study, verb, words, about=str(obj))

"""Django's admin for studies and dialogues: to look things up; what was said cannot be edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from collection.models import Dialogue, Goal, Output, Persona, Study, Turn


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the class takes no argument at run time
    """What was said, or follows from it, is looked at and never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PartOfStudyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Editable until the study is frozen."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_frozen(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_frozen(obj)


def _is_frozen(part: Study | Goal | None) -> bool:
    study = part.study if isinstance(part, Goal) else part
    return study is not None and study.frozen_at is not None


@admin.register(Study)
class StudyAdmin(PartOfStudyAdmin):
    list_display = ["title", "slug", "chatbot", "frozen_at"]


@admin.register(Goal)
class GoalAdmin(PartOfStudyAdmin):
    list_display = ["study", "number", "domain", "text"]
    list_filter = ["study", "domain"]


@admin.register(Persona)
class PersonaAdmin(ReadOnlyAdmin):
    list_display = ["study", "code", "source", "features"]
    list_filter = ["study", "source"]


@admin.register(Dialogue)
class DialogueAdmin(ReadOnlyAdmin):
    list_display = ["token", "study", "kind", "persona", "goal", "ending", "started_at"]
    list_filter = ["study", "kind", "ending"]
    list_select_related = ["study", "persona", "goal"]


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    list_display = ["dialogue_id", "position", "utterance", "response"]


@admin.register(Output)
class OutputAdmin(ReadOnlyAdmin):
    list_display = ["dialogue_id", "position", "side", "attempt", "verdict", "seconds"]
    list_filter = ["side", "verdict"]

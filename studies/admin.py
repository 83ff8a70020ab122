"""Django's admin for studies and dialogues. Studies can be set up here; dialogues can only be viewed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from studies.audit import Verb, acting_as
from studies.kept import DATA, FROZEN_HERE, PARTICIPANTS, KeepingAdmin
from studies.models import Dialogue, Generation, Goal, Output, Persona, Study, Turn, Typing
from studies.services import announce_change, copy_study, paper_questionnaire


class ReadOnlyAdmin(KeepingAdmin):
    """Data that can be viewed and never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def why_kept(self, obj: Any) -> str:
        return DATA


class PartOfStudyAdmin(KeepingAdmin):
    """Part of a study, editable until the study is frozen. Frozen studies are not offered for new parts."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and self.why_kept(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and self.why_kept(obj))

    def why_kept(self, obj: Any) -> str:
        study = obj.study if isinstance(obj, Goal | Persona) else obj
        return FROZEN_HERE if study.is_frozen else ""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "study":
            kwargs["queryset"] = Study.objects.filter(frozen_at=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Study)
class StudyAdmin(PartOfStudyAdmin):
    list_display = ["title", "slug", "chatbot", "frozen_at"]
    actions = ["copy_studies"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Pre-fill a new study with the paper's questionnaire, which is easier to change than to type."""
        return {"questionnaire": paper_questionnaire(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Study, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            with acting_as(request.user.get_username()):
                notices = announce_change(obj, form.changed_data)
            for notice in notices:
                self.message_user(request, notice)

    def tell(self, request: HttpRequest, verb: Verb, obj: Study, fields: Sequence[str] = ()) -> None:
        """Leave the line about a change to ``announce_change``."""
        if verb != Verb.CHANGED:
            super().tell(request, verb, obj, fields)

    @admin.action(description="Copy study", permissions=["add"])
    def copy_studies(self, request: HttpRequest, queryset: QuerySet[Study]) -> HttpResponse | None:
        """Copy the studies, and open the copy if there is only one."""
        with acting_as(request.user.get_username()):
            copies = [copy_study(study) for study in queryset]
        for copy in copies:
            self.message_user(
                request, f"You can change “{copy.title}” ({copy.slug}) until it has participants or a run."
            )
        return redirect("admin:studies_study_change", copies[0].pk) if len(copies) == 1 else None


@admin.register(Goal)
class GoalAdmin(PartOfStudyAdmin):
    list_display = ["study", "number", "domain", "text"]
    list_filter = ["study", "domain"]
    list_select_related = ["study"]


@admin.register(Persona)
class PersonaAdmin(PartOfStudyAdmin):
    """Personas. Researchers may change listed ones, but not those of participants; characters have no answers."""

    list_display = ["study", "code", "source", "features"]
    list_filter = ["study", "source"]
    list_select_related = ["study"]
    readonly_fields = ["source", "character"]

    def why_kept(self, obj: Persona) -> str:
        return PARTICIPANTS if obj.source == Persona.Source.PARTICIPANT else super().why_kept(obj)

    def save_model(self, request: HttpRequest, obj: Persona, form: Any, change: bool) -> None:
        if obj.character is None:
            obj.source = Persona.Source.LISTED
        super().save_model(request, obj, form, change)


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
    list_display = ["dialogue_id", "position", "speaker", "attempt", "status", "seconds"]
    list_filter = ["speaker", "status"]


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = ["turn_id", "attempt", "state", "message", "created_at", "ended_at"]
    list_filter = ["state"]


@admin.register(Typing)
class TypingAdmin(ReadOnlyAdmin):
    list_display = ["turn_id", "first_key_seconds", "typing_seconds", "pastes", "times_hidden"]

"""Django's admin for participants and recruitment, read-only; the study's pages change them."""

from django.contrib import admin

from collection.models import Outcome, Participant, Recruitment, Release
from studies.admin import ReadOnlyAdmin


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "study", "state", "persona", "consented_at", "last_seen_at"]
    list_filter = ["study", "state"]
    list_select_related = ["study", "persona"]


@admin.register(Recruitment)
class RecruitmentAdmin(ReadOnlyAdmin):
    list_display = ["study", "is_open", "opens_at", "closes_at", "seats"]
    list_select_related = ["study"]


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    list_display = ["participant", "released_at", "released_by", "taken_back_at"]
    list_filter = ["participant__study"]
    list_select_related = ["participant"]


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin):
    list_display = ["study", "kind", "code", "redirect_url"]
    list_filter = ["study", "kind"]
    list_select_related = ["study"]

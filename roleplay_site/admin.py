"""The list of accounts, with their permissions on researchers' pages, and the list of workers."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from jobs.models import WorkerProcess
from roleplay_site.accounts.changes import AccountRefused, refuse_without_administrator
from studies.access import CHANGE, READ, is_researcher
from studies.admin import ReadOnlyAdmin
from studies.admin_trail import TrailedAdmin

admin.site.unregister([User, Group])


class AccountForm(UserChangeForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """An account's settings, which leave at least one administrator."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not (cleaned.get("is_superuser") and cleaned.get("is_active")):
            try:
                refuse_without_administrator(self.instance)
            except AccountRefused as reason:
                raise ValidationError(str(reason)) from reason
        return cleaned


@admin.register(User)
class AccountAdmin(TrailedAdmin, UserAdmin):  # type: ignore[type-arg]  # the class takes no argument at run time
    """Django's accounts. A researcher needs staff status and the permissions to view and to change studies."""

    form = AccountForm
    list_display = ["username", "studies", "email", "is_active", "is_staff", "is_superuser"]

    @admin.display(description="Studies")
    def studies(self, user: User) -> str:
        if not is_researcher(user, READ):
            return "no access"
        return "view and change" if is_researcher(user, CHANGE) else "view only"

    @transaction.atomic
    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        """Say that the last administrator is kept, and why."""
        shown, counts, lacking, protected = super().get_deleted_objects(objs, request)  # type: ignore[arg-type]
        try:
            refuse_without_administrator(*objs)
        except AccountRefused as reason:
            protected = [*protected, str(reason)]
        return shown, counts, lacking, protected


@admin.register(Group)
class TrailedGroupAdmin(TrailedAdmin, GroupAdmin):
    """Django's groups, whose permissions are those of all their accounts."""


@admin.register(WorkerProcess)
class WorkerAdmin(ReadOnlyAdmin):
    """Workers that were alive in the last hour."""

    list_display = ["name", "queues", "doing", "started_at", "seen_at"]

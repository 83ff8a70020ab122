"""The list of accounts, with their permissions on researchers' pages, and the list of workers."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from jobs.models import WorkerProcess
from studies.access import CHANGE, READ, is_researcher
from studies.admin import ReadOnlyAdmin
from studies.admin_trail import TrailedAdmin

admin.site.unregister([User, Group])


@admin.register(User)
class AccountAdmin(TrailedAdmin, UserAdmin):  # type: ignore[type-arg]  # the class takes no argument at run time
    """Django's accounts. A researcher needs staff status and the permissions to view and to change studies."""

    list_display = ["username", "studies", "email", "is_active", "is_staff", "is_superuser"]

    @admin.display(description="Studies")
    def studies(self, user: User) -> str:
        if not is_researcher(user, READ):
            return "no access"
        return "view and change" if is_researcher(user, CHANGE) else "view only"


@admin.register(Group)
class TrailedGroupAdmin(TrailedAdmin, GroupAdmin):
    """Django's groups, whose permissions are those of all their accounts."""


@admin.register(WorkerProcess)
class WorkerAdmin(ReadOnlyAdmin):
    """Workers that were alive in the last hour."""

    list_display = ["name", "queues", "doing", "started_at", "seen_at"]

"""The rights of accounts, in words."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import Permission, User

from studies.access import CHANGE, DELETE, READ

ADMINISTRATOR = "administrator"
RIGHTS: Mapping[str, str] = {
    READ: "read: studies, dialogues and results, and export data",
    CHANGE: "change: create studies, open and close them, start and stop runs, annotate and exclude",
    DELETE: "delete: archived studies and closed evaluations of answers, with all their data",
    ADMINISTRATOR: "administrator: do all of this, manage users, and read the history of the whole site",
}
"""The rights and what they allow. All but the last are permissions of Django; an administrator is a superuser."""


def rights_of(user: User) -> list[str]:
    """Return the account's rights; none for an account that may not use researchers' pages."""
    if not user.is_staff:
        return []
    own = ADMINISTRATOR if user.is_superuser else ""
    return [right for right in RIGHTS if right == own or (right != ADMINISTRATOR and user.has_perm(right))]


def give_rights(user: User, rights: Collection[str]) -> None:
    """Give the account exactly these rights, apart from what its groups allow. Its other permissions stay."""
    user.is_staff, user.is_superuser = bool(rights), ADMINISTRATOR in rights
    user.save(update_fields=["is_staff", "is_superuser"])
    for right in (READ, CHANGE, DELETE):
        app, _, name = right.partition(".")
        permission = Permission.objects.get(content_type__app_label=app, codename=name)
        if right in rights:
            user.user_permissions.add(permission)
        else:
            user.user_permissions.remove(permission)


def complete(rights: Collection[str]) -> list[str]:
    """Return the rights with those that they need: who may change or delete studies may also read them."""
    return [right for right in RIGHTS if right in rights or (right == READ and rights)]

"""Adding accounts, and changing what they may do. At least one administrator always remains."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction

from roleplay_site.accounts.rights import ADMINISTRATOR, complete, give_rights, rights_of
from studies.audit import Verb, record


class AccountRefused(ValueError):
    """An account cannot be changed; the message is a sentence that says what to do."""


@transaction.atomic
def add_account(name: str, rights: Collection[str]) -> User:
    """Store an account without a password, which its owner chooses with a link."""
    user = User.objects.create_user(name)
    give_rights(user, complete(rights))
    record(None, Verb.ADDED, f"the user {name}: {_in_words(rights)}", about=name)
    return user


@transaction.atomic
def change_rights(user: User, rights: Collection[str]) -> None:
    """Give the account these rights instead of its own. Raises AccountRefused."""
    if ADMINISTRATOR not in rights:
        refuse_without_administrator(user)
    before = rights_of(user)
    give_rights(user, complete(rights))
    if complete(rights) != before:
        record(None, Verb.CHANGED, f"the rights of {user.username}: {_in_words(rights)}", about=user.username)


@transaction.atomic
def set_active(user: User, *, is_active: bool) -> None:
    """Let the account log in, or not; deactivating it ends its sessions. Raises AccountRefused."""
    if not is_active:
        refuse_without_administrator(user)
    user.is_active = is_active
    changed = User.objects.filter(pk=user.pk).exclude(is_active=is_active).update(is_active=is_active)
    what = "so that it can be used again" if is_active else "so that nobody can log in with it"
    if changed:
        record(None, Verb.CHANGED, f"the user {user.username} {what}", about=user.username)


def refuse_without_administrator(*leaving: User) -> None:
    """Raise AccountRefused if no account but these could manage users. The rows stay locked until the transaction ends, so that
    two do not leave at once."""
    active = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
    administrators = {one.pk: one.username for one in active}
    if administrators and administrators.keys() <= {user.pk for user in leaving}:
        names = " and ".join(administrators.values())
        raise AccountRefused(
            f"{names} {'is the only administrator' if len(administrators) == 1 else 'are the only administrators'}, so nobody"
            " could manage users any more. Make another user an administrator first."
        )


def _in_words(rights: Collection[str]) -> str:
    return ", ".join(right.rpartition(".")[2].removesuffix("_study") for right in complete(rights)) or "no rights"

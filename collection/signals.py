"""What other apps hear of, because they store things that collection knows nothing about."""

from django.dispatch import Signal

persona_leaving = Signal()
"""``persona``: its participant withdraws. Whoever made anything of it deletes that now, within the same transaction."""

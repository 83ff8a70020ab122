"""What those hear of who stand above the sender, and keep or show something that it knows nothing about."""

from django.dispatch import Signal

evaluator_leaving = Signal()
"""``evaluator``: withdraws. Whoever made anything of the answers deletes that now, within the same transaction."""

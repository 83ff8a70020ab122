"""What those hear of who stand above the sender, or in another app, and keep or show something that it knows nothing about."""

from django.dispatch import Signal

persona_leaving = Signal()
"""``persona``: its participant withdraws. Whoever made anything of it deletes that now, within the same transaction."""
dialogue_over = Signal()
"""``dialogue``: it ends, or goes, with the transaction under way. Whoever shows it lets their pages load anew afterwards."""

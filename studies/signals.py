"""What those hear of who stand above the sender, or in another app, and keep or show something that it knows nothing about."""

from django.dispatch import Signal

persona_leaving = Signal()
"""``persona``: its participant withdraws. Whoever made anything of it deletes that now, within the same transaction."""
dialogue_over = Signal()
"""``dialogue``: it ends, or goes, with the transaction under way. Whoever shows it lets their pages load anew afterwards."""
study_copied = Signal()
"""``study``, ``copy``: within the transaction that makes the copy. Apps that add settings to a study copy them."""
study_changed = Signal()
"""``study``, ``fields``: a researcher has changed these, within the transaction that stores them. Apps that add
settings to a study adapt them, and return sentences about that for the researcher."""

"""Signals to higher apps, which store or show data about a study that the sender does not know."""

from django.dispatch import Signal

persona_leaving = Signal()
"""``persona``: its participant withdraws. Receivers delete data derived from it in the same transaction."""
dialogue_over = Signal()
"""``dialogue``: it ends or is deleted with the current transaction. Receivers refresh pages that show it afterwards."""
study_copied = Signal()
"""``study``, ``copy``: sent in the transaction that creates the copy. Apps that add settings to a study copy them."""
study_changed = Signal()
"""``study``, ``fields``: sent in the transaction that stores a researcher's changes to these fields. Apps that add settings to
a study adapt them, and return sentences about that for the researcher."""

"""Drift: do models that play a character keep its style from turn to turn?

played.py holds characters and the dialogues in which they are played; style.py scores how much a turn is written like the
character; signs.py finds catchphrases, reveals and refusals; trends.py says whether the style falls from turn to turn, and
changes.py from which turn; drift.py puts all of it together for each way of playing.
"""

"""Figures of judgements, fitted models and dialogues, for papers and pages.

They are vector graphics that remain readable in grey. Each has a text alternative with its numbers. If the data do not allow a
figure, the reason takes its place. Nothing here uses the database.
"""

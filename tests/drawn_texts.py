"""Texts that Hypothesis draws."""

from hypothesis import strategies as st

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""The characters of ``st.text()``, which would find them by encoding every one there is: in a clean clone that takes each test
process a second of processor time."""
ANY_TEXT = st.text(CHARACTERS)

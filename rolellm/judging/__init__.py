"""Judging: a model ranks anonymous answers to one question, in both orders (section 4.1, appendices F and I.5)."""

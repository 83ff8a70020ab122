"""Researchers' pages of prompt sets: the list with the runs that use each version, the editor, the preview, and tries."""

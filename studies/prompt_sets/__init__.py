"""The prompt sets of a site: built-in and its own, with versions."""

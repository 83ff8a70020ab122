"""The judging page: the current pair, drafts, submissions and practice."""

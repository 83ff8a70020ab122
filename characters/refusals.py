"""Requests about characters that cannot be met."""


class CharacterRefused(Exception):
    """A request that cannot be met, and so has changed nothing; the message is one sentence for the researcher."""

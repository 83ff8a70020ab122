"""Numbers of things in sentences."""


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, in the plural unless it is 1: "1 row", "2,000 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

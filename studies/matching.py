"""Whether each condition can have a goal of its own."""

from collections.abc import Sequence


def can_cover(allowed: Sequence[Sequence[str]], names: set[str]) -> bool:
    """Return whether each of these conditions can have a goal of its own, by augmenting paths."""
    holder: dict[int, str] = {}

    def place(name: str, tried: set[int]) -> bool:
        for goal, offered in enumerate(allowed):
            if name in offered and goal not in tried:
                tried.add(goal)
                if goal not in holder or place(holder[goal], tried):
                    holder[goal] = name
                    return True
        return False

    return all(place(name, set()) for name in sorted(names))

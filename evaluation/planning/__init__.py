"""From dialogues to lists of pairs: what a plan holds, what hinders it, and what opening stores."""

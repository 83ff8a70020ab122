"""From dialogues to assignments of pairs: plans, their problems, and what opening stores."""

"""Questions that a study asks, answers to them, and the persona sentence made of the answers."""

"""People without a login: how they come to a study or an evaluation, come back, and leave it."""

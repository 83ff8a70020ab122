"""People without a login: how they enrol in a study or an evaluation, return to it and leave it."""

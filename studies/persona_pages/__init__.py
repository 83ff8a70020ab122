"""Pages with a study's personas: the table, and the form of a listed one."""

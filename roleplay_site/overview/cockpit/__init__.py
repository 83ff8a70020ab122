"""The cockpit: what each step of a study has, what it lacks, and what comes next."""

"""Tables for papers and pages: what each holds, how it is read, and its files."""

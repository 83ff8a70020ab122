"""The pages on which researchers let models judge answers, and read what these found."""

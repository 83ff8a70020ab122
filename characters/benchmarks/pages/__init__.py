"""The pages of benchmarks: the list with an upload, one benchmark with answers and scores, and tables as files."""

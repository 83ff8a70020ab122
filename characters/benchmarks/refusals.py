"""What cannot be done with a benchmark."""


class BenchmarkRefused(ValueError):
    """A request about a benchmark that cannot be met; the message is one sentence for the researcher."""

"""Linear algebra on one thread: the matrices are small, and two threads slow a fit many times on a busy machine."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def on_one_thread() -> AbstractContextManager[object]:
    """While this is open, BLAS uses one thread."""
    return threadpool_limits(limits=1, user_api="blas")  # type: ignore[no-any-return]

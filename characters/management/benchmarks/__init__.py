"""The actions of ``manage.py rolebench`` on stored benchmarks."""

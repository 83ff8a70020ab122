"""The action of ``manage.py characters`` that lets models describe them."""

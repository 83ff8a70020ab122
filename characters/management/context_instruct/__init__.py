"""Actions of ``manage.py characters`` for Context-Instruct."""

"""How dates are written, where this differs from what Django knows of a language."""

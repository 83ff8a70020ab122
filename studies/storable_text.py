"""What text has to be like before any database takes it."""


def storable(text: str) -> str:
    """``text`` with what databases refuse made visible: NUL, and halves of surrogate pairs.

    A model may put out any byte, and a browser sends half a pair where somebody's selection cut one.
    """
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

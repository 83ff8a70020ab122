"""Text that every database can store."""


def storable(text: str) -> str:
    """Return ``text`` with U+FFFD for what databases refuse: NUL, and halves of surrogate pairs.

    A model may output any byte, and a browser sends half a pair if a selection cuts one.
    """
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")

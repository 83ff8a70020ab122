"""What is compared with people: a model and, if it plays characters, the way in which these are elicited from it."""


def name_inquirer(model: str, elicitation: str) -> str:
    """Return the name under which an inquirer is counted: the same model in two elicitations is two of them."""
    return f"{model}, {elicitation} elicitation" if elicitation else model

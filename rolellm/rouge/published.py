"""ROUGE-L as published: like the package rouge 1.0.1, whose recall gives the paper's figures to the last digit.

The package recurses once for each token, and would take twice as long for a split as people should wait (10 seconds).
"""

from rolellm.languages import Language
from rolellm.rouge.scores import NOTHING, Score, score
from rolellm.rouge.subsequences import common_tokens

_SMOOTHING = 1e-8


def rouge_l(prediction: str, reference: str, language: Language) -> Score:
    """Return the score of distinct tokens in the union of longest common subsequences of all pairs of sentences.

    Sentences end at full stops, tokens at blanks; case and punctuation count. Chinese text is taken as single characters.
    """
    predicted, referred = (_sentences(text, language) for text in (prediction, reference))
    if not predicted or not referred:
        return NOTHING
    union: set[str] = set()
    for one in referred:
        for other in predicted:
            union |= common_tokens(one, other)
    return score(len(union), len(set().union(*predicted)), len(set().union(*referred)), _SMOOTHING)


def _sentences(text: str, language: Language) -> list[list[str]]:
    """Return the tokens of each sentence; one of white space alone has an empty token."""
    spaced = " ".join(text) if language == "zh" else text
    return [piece.split() or [""] for piece in spaced.split(".") if piece]

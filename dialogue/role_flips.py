"""Role flips: an inquirer that helps instead of asking, or a responder that asks for help. English phrases only."""

import re

_HELPS = re.compile(
    r"""
    \bhow\ (can|may|could)\ i\ (help|assist)
    | \b(happy|glad|here|ready|excited|able)\ to\ (help|assist)
    | \bwhat\ (can|may|could)\ i\ (do\ for|help\ you|get\ for)\b
    | \bwhat\ would\ you\ like\ me\ to\b
    | \b(let\ me\ know|feel\ free\ to\ (ask|reach\ out))\b
    | \bi\ hope\ (this|that|it)\ helps
    | \byou(['’]re|\ are)\ (very\ |most\ |always\ )?welcome\b
    | \bas\ an\ (ai|artificial\ intelligence|assistant)\b
    | ^\W*(sure|certainly|of\ course|absolutely)\b[,!.:]*\s*(here(['’]s|\ is|\ are)|i\ can\b|i['’]d\ be|let['’]s\b|to\ \w+)
    | \bhere\ (is|are)\ (the|a|an|some)\ (\w+\ )?(steps?|examples?|answers?|explanations?|solutions?|tips?|summary)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASKS = re.compile(
    r"""
    \b(can|could|would|will)\ you\ (please\ )?(help\ me|assist\ me|explain|teach\ me|show\ me|tell\ me\ how)\b
    | \bi\ (need|want|would\ like)\ (your\ |some\ )?help\b
    | \b(i|i['’]m|i\ am)\ (want\ to\ know|wondering|curious)\b
    | \bi\ want\ to\ (know|learn|understand)\b
    | \bhow\ (do|can|should|would)\ i\b
    | \bplease\ (help|assist|explain\ to)\ me\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def helps(utterance: str) -> bool:
    """Return whether an utterance offers help, introduces an answer or speaks as an assistant."""
    return _HELPS.search(utterance) is not None


def asks_for_help(response: str) -> bool:
    """Return whether a response asks for help or an explanation for itself. Asking what the inquirer wants does not count."""
    return _ASKS.search(response) is not None

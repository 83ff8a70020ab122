"""The words of the judging page's scripts, by the names under which they are used there, in the current language."""

from django.utils.translation import gettext


def script_words() -> dict[str, str]:
    """Return the words; those in braces are replaced by the scripts."""
    return {
        "first": gettext("1st"),
        "second": gettext("2nd"),
        "prompt": gettext("the prompt"),
        "response": gettext("the response"),
        "please_say": gettext("Please say {missing}."),
        "choice": gettext("which dialogue is artificial"),
        "confidence": gettext("how confident you are"),
        "utterance_number": gettext("which utterance reveals that the dialogue is artificial"),
        "in_the_other": gettext(
            "This utterance is in the {other} dialogue, but you chose the {chosen} dialogue. Click an utterance in the "
            "{chosen} dialogue, or change your choice first."
        ),
        "was_in_the_other": gettext(
            "The utterance that you chose is in the other dialogue. Please choose an utterance in the {chosen} dialogue."
        ),
        "no_such_utterance": gettext("The {chosen} dialogue has no utterance {number}. Please choose another one."),
        "expired": gettext("This page has expired. Please reload it. Your choices are kept in this tab."),
        "no_connection": gettext(
            "No connection. Your answer has not been sent yet. The page will try again in {seconds} s, or as soon as you press "
            "the button."
        ),
    }

"""The words of the chat page's scripts, by the names under which they are used there, in the current language."""

from django.utils.translation import gettext


def script_words() -> dict[str, str]:
    """Return the words; those in braces are replaced by the scripts."""
    return {
        "not_sent_yet": gettext("Not sent yet. It will be sent when the connection is back."),
        "sending": gettext("Sending …"),
        "no_connection": gettext("There is no connection right now. Please try again in a moment."),
        "wait_for_reply": gettext("Wait until the chatbot has answered, or stop the reply."),
        "too_long": gettext("This message is too long. Characters to remove: {number}."),
        "length": gettext("{number} of {limit} characters"),
        "send_when_complete": gettext("You can send this when the reply is complete, or stop the reply first."),
        "send_when_saved": gettext("You can send this as soon as the reply has been saved."),
        "saving": gettext("The reply is being saved, which can take a moment"),
        "thinking": gettext("The chatbot is thinking"),
        "streaming": gettext("The chatbot is writing"),
        "busy": gettext("The chatbot is busy. Messages ahead of yours: {number}"),
        "waiting": gettext("Waiting for the chatbot"),
        "complete": gettext("Reply complete"),
        "stopped": gettext("Reply stopped"),
        "interrupted": gettext("Reply interrupted"),
        "failed": gettext("Reply failed"),
    }

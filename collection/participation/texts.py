"""Texts for participants, in addition to those that researchers write."""

from django.utils.translation import gettext

from enrolment.protocol import Heading, Texts


def texts() -> Texts:
    """Return the texts in the current language."""
    return Texts(
        missing=(
            gettext("Study not found"),
            gettext(
                "There is no study at this address. The link may be incomplete. Please open it again from the "
                "message or page that contained it."
            ),
        ),
        closed=(
            gettext("The study is closed at the moment"),
            gettext("You cannot continue now. Your answers and messages are kept unless you withdraw."),
        ),
        refusals={
            "closed": (gettext("This study is closed"), gettext("It is not accepting participants at the moment.")),
            "not_yet": (gettext("This study is not open yet"), gettext("Please come back later with the same link.")),
            "over": (
                gettext("This study has ended"),
                gettext("It no longer accepts participants. Thank you for your interest."),
            ),
            "finished": (
                gettext("You have already taken part"),
                gettext(
                    "Someone with the ID in your link has already completed this study. The completion code is shown only "
                    "in the browser in which you finished, or through your personal link. If you have neither, please ask the "
                    "researchers who invited you."
                ),
            ),
        },
        steps={
            "closed": gettext(
                "The study is closed at the moment, so you cannot continue now. Your answers and messages are kept "
                "unless you withdraw."
            ),
            "persona-form": gettext("You have agreed to take part. Next, please fill in a short form about yourself."),
            "survey": gettext("You are in the middle of the study. Next, please answer some questions."),
            "instruction": gettext("You have filled in the form. Next, you will see the goals."),
            "come-back": gettext(
                "You were away for a while, so your place was released. Your answers and messages are kept, and you can "
                "continue if there is a place left."
            ),
            "chat": gettext("You can continue your chat where you left off."),
            "end": gettext("You have already taken part in this study."),
        },
        known_id=gettext(
            "This link has been opened in another browser. If that was you, return to that browser or open your personal link "
            "to continue where you left off. If you agree here, you answer the form again, start with the next goal, and "
            "cannot see the earlier messages."
        ),
        finished_id=gettext(
            "Someone with the ID in your link has already completed this study. If that was you, open your personal link "
            "to see your completion code, or open this page in the browser in which you finished."
        ),
        withdrawal=(
            gettext("Withdraw from the study?"),
            gettext(
                "This deletes your answers, everything that you and the chatbot wrote, data derived from your answers, "
                "and your recruitment-platform ID. It cannot be undone."
            ),
        ),
        as_another=gettext("Take part as a new participant"),
    )


def tests_only() -> Heading:
    """Return what visitors read at a test copy of a study, in the current language."""
    return (
        gettext("This link is for the study’s researchers"),
        gettext("They use it to test the study. To take part, please use the link that you were sent for the study."),
    )


def researchers_only_preview() -> Heading:
    """Return what other visitors read at a preview, in the current language."""
    return (
        gettext("This is a preview for researchers"),
        gettext("Only the study’s researchers can open it. To take part, go to the study’s first page."),
    )

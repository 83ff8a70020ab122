"""Fixed sentences for evaluators. An evaluation's researchers write the others."""

from django.utils.translation import gettext, gettext_noop

from enrolment.protocol import Texts

LAPSED = gettext_noop("You were inactive for a while, so your remaining pairs were reassigned. Your answers are kept.")


def texts() -> Texts:
    """Return the texts in the current language."""
    return Texts(
        missing=(
            gettext("Evaluation not found"),
            gettext("The link may be incomplete. Please open it again from the message or page that contained it."),
        ),
        closed=(
            gettext("Judging is closed at the moment"),
            gettext("You cannot continue at the moment. Your answers are kept, unless you withdraw."),
        ),
        refusals={
            "planned": (gettext("Judging has not started yet"), gettext("Please come back later with the same link.")),
            "closed": (
                gettext("Judging is closed"),
                gettext("You cannot judge at the moment. Thank you for your interest."),
            ),
            "finished": (
                gettext("You have already judged these pairs"),
                gettext(
                    "Someone with the ID in your link has already judged these pairs. The completion code is shown only "
                    "in the browser in which you finished, or through your personal link. If you have neither, please ask the "
                    "researchers who invited you."
                ),
            ),
            "participant": (
                gettext("You have already taken part in this study"),
                gettext(
                    "You cannot judge its dialogues, because some of them may be yours. Thank you for your interest."
                ),
            ),
            "researcher": (
                gettext("You are logged in as a researcher"),
                gettext(
                    "You cannot judge here, because your answers would count. To try judging, use the rehearsal study. To "
                    "judge as an evaluator, log out or use another browser."
                ),
            ),
        },
        steps={
            "closed": gettext(
                "Judging is closed at the moment, so you cannot continue. Your answers are kept, unless you withdraw."
            ),
            "instruction": gettext("You have agreed to take part. Next, please read the instruction."),
            "pairs": gettext("You can continue with the pair where you left off."),
            "end": gettext("Your participation has ended. You can view the last page again."),
        },
        known_id=gettext(
            "This link has been opened in another browser. If that was you, return to that browser or open your personal link "
            "to continue where you left off. If you agree here, you start with other pairs."
        ),
        finished_id=gettext(
            "Someone with the ID in your link has already judged these pairs. If that was you, open your personal link "
            "to see your completion code, or open this page in the browser in which you finished."
        ),
        withdrawal=(
            gettext("Withdraw from judging?"),
            gettext(
                "This deletes all your answers, including unsent ones, and your recruitment-platform ID. It cannot be undone."
            ),
        ),
        as_another=gettext("Take part as a new evaluator"),
    )

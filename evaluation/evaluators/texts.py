"""Fixed sentences for evaluators. An evaluation's researchers write the others."""

from enrolment.protocol import Texts

LAPSED = "You were inactive for a while, so your remaining pairs were reassigned. Your answers are kept."
TEXTS = Texts(
    missing=(
        "Evaluation not found",
        "The link may be incomplete. Please open it again from the message or page that contained it.",
    ),
    closed=(
        "Judging is closed at the moment",
        "You cannot continue at the moment. Your answers are kept, unless you withdraw.",
    ),
    refusals={
        "planned": ("Judging has not started yet", "Please come back later with the same link."),
        "closed": ("Judging is closed", "You cannot judge at the moment. Thank you for your interest."),
        "finished": (
            "You have already judged these pairs",
            "Someone with the ID in your link has already judged these pairs. The completion code is shown only "
            "in the browser in which you finished, or through your personal link. If you have neither, please ask the "
            "researchers who invited you.",
        ),
        "participant": (
            "You have already taken part in this study",
            "You cannot judge its dialogues, because some of them may be yours. Thank you for your interest.",
        ),
        "researcher": (
            "You are logged in as a researcher",
            "You cannot judge here, because your answers would count. To try judging, use the rehearsal study. To judge as "
            "an evaluator, log out or use another browser.",
        ),
    },
    steps={
        "closed": "Judging is closed at the moment, so you cannot continue. Your answers are kept, unless you withdraw.",
        "instruction": "You have agreed to take part. Next, please read the instruction.",
        "pairs": "You can continue with the pair where you left off.",
        "end": "Your participation has ended. You can view the last page again.",
    },
    known_id="This link has been opened in another browser. If that was you, return to that browser or open your personal link "
    "to continue where you left off. If you agree here, you start with other pairs.",
    finished_id="Someone with the ID in your link has already judged these pairs. If that was you, open your personal link "
    "to see your completion code, or open this page in the browser in which you finished.",
    withdrawal=(
        "Withdraw from judging?",
        "This deletes all your answers, including unsent ones, and your recruitment-platform ID. It cannot be undone.",
    ),
    data_file="my-judgements",
)

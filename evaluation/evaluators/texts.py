"""Sentences for evaluators, beside those that an evaluation's researchers write."""

from enrolment.protocol import Texts

LAPSED = "You were inactive for a while, so your remaining pairs were reassigned. Your answers are kept."
TEXTS = Texts(
    missing=(
        "There is nothing to judge here",
        "The link may be incomplete. Please open it again from where you got it.",
    ),
    closed=(
        "Judging is closed at the moment",
        "You cannot go on now. What you have answered so far is kept, unless you withdraw.",
    ),
    refusals={
        "planned": ("Judging has not begun yet", "Please come back later, on the same link."),
        "closed": ("Judging is closed", "It takes no answers at the moment. Thank you for your interest."),
        "finished": (
            "You have already judged",
            "Someone has already judged these dialogues with the ID in your link. The completion code is shown only "
            "in the browser in which you finished, or through your personal link. If you have neither, please ask the "
            "researchers who invited you.",
        ),
        "participant": (
            "You have taken part in this study already",
            "Its dialogues are judged by people who wrote none of them, so you cannot judge them. Thank you for your "
            "interest.",
        ),
        "researcher": (
            "You are logged in as a researcher",
            "You cannot judge here, because your answers would count. To try judging, use the rehearsal study. To judge as "
            "an evaluator, log out or use another browser.",
        ),
    },
    steps={
        "closed": "Judging is closed at the moment, so you cannot go on now. What you have answered is kept, unless you "
        "withdraw.",
        "instruction": "You have agreed to take part. Next you read what to do.",
        "pairs": "You go on with the pair at which you stopped.",
        "end": "You have been here before: this is how it ended.",
    },
    known_id="This link has been opened in another browser. If that was you, return to that browser or open your personal link "
    "to continue where you left off. If you agree here, you start with other pairs.",
    finished_id="Someone has already judged these dialogues with the ID in your link. If that was you, open your personal link "
    "to see your completion code, or open this page in the browser in which you finished.",
    withdrawal=(
        "Withdraw from judging?",
        "This deletes all your answers, including unsent ones, and your recruitment-platform ID. It cannot be undone.",
    ),
    data_file="my-judgements",
)

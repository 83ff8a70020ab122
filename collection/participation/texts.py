"""Texts for participants, in addition to those that researchers write."""

from enrolment.protocol import Texts

TEXTS = Texts(
    missing=(
        "Study not found",
        "There is no study at this address. The link may be incomplete. Please open it again from the "
        "message or page that contained it.",
    ),
    closed=(
        "The study is closed at the moment",
        "You cannot continue now. Your answers and messages are kept unless you withdraw.",
    ),
    refusals={
        "closed": ("This study is closed", "It is not accepting participants at the moment."),
        "not_yet": ("This study is not open yet", "Please come back later with the same link."),
        "over": ("This study has ended", "It no longer accepts participants. Thank you for your interest."),
        "finished": (
            "You have already taken part",
            "Someone with the ID in your link has already completed this study. The completion code is shown only "
            "in the browser in which you finished, or through your personal link. If you have neither, please ask the "
            "researchers who invited you.",
        ),
    },
    steps={
        "closed": "The study is closed at the moment, so you cannot continue now. Your answers and messages are kept "
        "unless you withdraw.",
        "persona-form": "You have agreed to take part. Next, please fill in a short form about yourself.",
        "instruction": "You have filled in the form. Next, you will see the goals.",
        "come-back": "You were away for a while, so your place was released. Your answers and messages are kept, and you can "
        "continue if there is a place left.",
        "chat": "You can continue your chat where you left off.",
        "end": "You have already taken part in this study.",
    },
    known_id="This link has been opened in another browser. If that was you, return to that browser or open your personal link "
    "to continue where you left off. If you agree here, you answer the form again, start with the next goal, and cannot see "
    "the earlier messages.",
    finished_id="Someone with the ID in your link has already completed this study. If that was you, open your personal link "
    "to see your completion code, or open this page in the browser in which you finished.",
    withdrawal=(
        "Withdraw from the study?",
        "This deletes your answers, everything that you and the chatbot wrote, data derived from your answers, "
        "and your recruitment-platform ID. It cannot be undone.",
    ),
    data_file="my-data",
)

"""A study in Arabic: researchers wrote all texts, and there is no translation of the pages."""

from evaluation.models import Evaluator
from studies.models import Study, Turn
from tests.collection.factories import make_open_study
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judged_study

GOAL = "تريد أن تخبز الخبز لأول مرة، وأن تعرف ما العمل إذا لم يختمر العجين خلال 30 دقيقة."
MESSAGE = "كيف أخبز 500 غرام من الخبز؟"
ANSWER = "اخلط الدقيق بالماء و`الخميرة` (yeast)، ثم:\n\n1. اعجن 10 دقائق.\n2. انتظر ساعة."
QUESTIONS = [
    {"key": "age", "label": "كم عمرك؟", "kind": "number", "low": 18, "high": 99},
    {"key": "region", "label": "أين تعيش؟", "options": ["المغرب", "مصر", "العراق"]},
    {"key": "langs", "label": "ما اللغات التي تتكلمها؟", "kind": "multiple", "options": ["العربية", "الفرنسية"]},
    {"key": "why", "label": "لماذا تشارك؟", "kind": "long_text"},
]
WRITTEN = {
    "language": "ar",
    "title": "كيف يتحدث الناس مع روبوت الدردشة",
    "welcome": "شكرًا لاهتمامك بهذه الدراسة. **ستتحدث** مع روبوت دردشة.",
    "consent": "- نحفظ رسائلك وإجاباتك.\n- المشاركة طوعية.",
    "instruction": "تحدث مع الروبوت حتى تصل إلى الهدف.",
}


def make_arabic_study() -> Study:
    """Store an open study."""
    template = "شخص عمره {[age]} سنة{ من [region]}"
    study = make_open_study(
        "arabic", goal_count=1, chatbot="quick", questionnaire=QUESTIONS, persona_template=template, **WRITTEN
    )
    study.goals.update(text=GOAL, domain="الطبخ")
    return study


def make_arabic_evaluator() -> Evaluator:
    """Store an evaluator of such dialogues who has not judged any pair yet."""
    study = make_judged_study("arabic-judged", goals=1)
    Study.objects.filter(pk=study.pk).update(**WRITTEN)
    study.goals.update(text=GOAL)
    Turn.objects.filter(dialogue__study=study).update(utterance=MESSAGE, response=ANSWER)
    study.refresh_from_db()
    return make_evaluator(make_evaluation(study))

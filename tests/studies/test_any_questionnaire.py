"""Any set of questions is either refused in sentences, or can be previewed, answered, exported and read again without loss."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.editor.question_rows import QuestionRow, QuestionRows, question_rows
from studies.lists.personas import personas_as_csv, personas_as_jsonl, read_personas
from studies.models import Persona, Study
from studies.questionnaires import check_answers, check_questionnaire, read_features, read_questions
from studies.questions.pages import QuestionPage
from studies.questions.question import Kind, Placement, Question
from studies.questions.sentences import check_template, sample_sentences, write_sentence
from studies.questions.storage import write_question

KEYS = ("age", "job", "mood", "a_1")
TEXTS = st.sampled_from(["good", "bad", "very bad; or worse", "=1+1", "[x]", "{y}", "Ja | nein", "很好", "1"])
OPTIONS = st.lists(TEXTS, min_size=1, max_size=3, unique=True)
SETTINGS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    **dict.fromkeys(("single", "multiple"), st.fixed_dictionaries({"options": OPTIONS})),
    "scale": st.fixed_dictionaries({"low": st.just(1), "high": st.just(5)}, optional={"low_label": TEXTS}),
    "number": st.fixed_dictionaries({}, optional={"low": st.sampled_from([-3, 0, 2.5]), "high": st.just(99)}),
    **dict.fromkeys(("short_text", "long_text"), st.just({})),
}
COMMON = st.fixed_dictionaries(
    {"label": st.sampled_from(["How old?", "Mood?", "年龄？"])},
    optional={
        "placement": st.sampled_from(["persona_form"] * 4 + list(Placement.values)),
        "required": st.booleans(),
        "withholdable": st.booleans(),
    },
)
ODD = st.fixed_dictionaries(
    {},
    optional={
        "key": st.sampled_from(["age", "Bad key", "state"]),
        "kind": st.sampled_from([*Kind.values, "odd"]),
        "screened_out": OPTIONS,
        "low": st.sampled_from([5, "one"]),
        "eligible_from": st.sampled_from([18, 100]),
        "shown_if": st.fixed_dictionaries({"key": st.sampled_from(KEYS), "answers": OPTIONS}),
    },
)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw questions that often can be asked: at times with a condition that fits, or with settings that do not."""
    table: list[dict[str, Any]] = []
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True)):
        kind = draw(st.sampled_from(list(SETTINGS)))
        entry = {"key": key, "kind": kind} | draw(COMMON) | draw(SETTINGS[kind])
        if table and table[-1].get("options") and draw(st.booleans()):
            entry["shown_if"] = {"key": table[-1]["key"], "answers": table[-1]["options"][:1]}
        table.append(entry | (draw(ODD) if draw(st.integers(0, 9)) == 0 else {}))
    return table


TEMPLATES = st.lists(
    st.sampled_from(
        ["a person", "a(n) ", "{ of [age]}", "{ [job]|nobody}", "{[mood: good = glad; sad]}", "[age]", "{", "{[x]}"]
    ),
    max_size=4,
).map("".join)


def is_refused(check: Any, *values: Any) -> bool:
    """Return whether the check refuses the values, which it must do in sentences."""
    try:
        check(*values)
    except ValidationError as error:
        assert all((message[0].isupper() or message[0] == "“") and message.endswith(".") for message in error.messages)
        return True
    return False


def sent(questions: list[Question], data: st.DataObject) -> QueryDict:
    """Return what a browser sends for these questions: likely answers, and odd ones."""
    posted = QueryDict(mutable=True)
    for question in questions:
        likely = question.choices or (("in my words", "=1") if question.is_free_text else ("3", "2.5"))
        chosen = data.draw(st.lists(st.sampled_from(likely), min_size=1, max_size=2, unique=True))
        posted.setlist(question.key, [""] if data.draw(st.integers(0, 9)) == 0 else chosen)
    return posted


def resubmitted(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions as the form of a study stores them when it is sent as it was shown."""
    rows = QuestionRows(initial=question_rows(table), prefix="questions")
    posted = QueryDict(mutable=True)
    posted.update(dict.fromkeys(("questions-TOTAL_FORMS", "questions-INITIAL_FORMS"), str(len(rows.forms))))
    for place, row in enumerate(rows.forms):
        assert isinstance(row, QuestionRow)
        for field in row:
            value = field.field.prepare_value(field.value()) if hasattr(field.field, "prepare_value") else field.value()
            if value is not None and value is not False and field.name != "DELETE":
                posted.setlist(field.html_name, value if isinstance(value, list) else [str(value)])
        posted[f"questions-{place}-ORDER"] = str(place + 1)
    again = QuestionRows(posted, prefix="questions")
    assert again.is_valid(), (again.errors, again.non_form_errors())
    return again.table


@settings(max_examples=100)
@given(tables(), TEMPLATES, st.data())
def test_any_questions_are_refused_in_sentences_or_work_everywhere(
    table: list[dict[str, Any]], template: str, data: st.DataObject
) -> None:
    if is_refused(check_questionnaire, table):
        return
    questions, form = read_questions(table), read_features(table)
    stored = [write_question(question) for question in questions]
    assert read_questions(stored) == questions
    assert resubmitted(stored) == stored
    page = QuestionPage(form, sent(form, data))
    assert page.mistakes or page.is_valid()
    assert all(
        asked.question.label in render_to_string("questions/_page.html", {"page": page}) for asked in page.asked[:1]
    )
    if not page.is_valid():
        return
    check_answers(page.answers, table)
    study = Study(questionnaire=stored, persona_template=template)
    persona = Persona(study=study, code="P01", features=page.answers)
    for written in (personas_as_csv, personas_as_jsonl):
        (again,) = read_personas(study, "".join(written([persona], study)))
        assert again.features == page.answers
    if not is_refused(check_template, template, questions):
        assert isinstance(write_sentence(template, page.answers), str)
        assert sample_sentences(template, form).listed

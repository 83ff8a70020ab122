"""Templates of persona sentences: clauses that drop out, alternatives, words for answers, and the paper's own sentence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.answers import WITHHELD
from dialogue.persona_template import MARKS, InvalidTemplate, parse_template
from dialogue.personas import FEATURES, load_questionnaire, load_template

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=12)


def told(template: str, **answers: Any) -> str:
    return parse_template(template).render(answers)


def published(features: dict[str, str]) -> str:
    """Return the sentence as the official implementation words it, with the rule for missing features spelt out."""
    known = {key: value for key, value in features.items() if value != WITHHELD}
    race = [known["race"]] if "race" in known else []
    if "age" in known:
        sentence = " ".join([f"a {known['age']}-year-old", *race, "individual"])
    else:
        noun = " ".join([*race, "individual"])
        sentence = f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
    sentence += f" with a {known['gender']} gender identity" if "gender" in known else ""
    sentence += f", holding {known['education']}" if "education" in known else ""
    if "native_english" in known:
        sentence += f" and English is{'' if known['native_english'] == 'Yes' else ' not'} your native language"
    return sentence


@given(
    st.fixed_dictionaries(
        {}, optional={feature.key: st.sampled_from([*feature.options, WITHHELD]) for feature in load_questionnaire()}
    )
)
def test_the_papers_sentence_is_the_same_byte_for_byte_for_any_answers(features: dict[str, str]) -> None:
    assert told(load_template(), **features) == published(features)
    assert parse_template(load_template()).keys == FEATURES


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({}, "a person"),
        ({"age": 30}, "a person who is 30 years old"),
        ({"age": 0}, "a person who is 0 years old"),
        ({"age": 30.5}, "a person who is 30.5 years old"),
        ({"age": WITHHELD}, "a person"),
        ({"sports": ["tennis"]}, "a person who plays tennis"),
        ({"sports": ["tennis", "golf", "chess"]}, "a person who plays tennis, golf or chess"),
        ({"sports": [], "age": ""}, "a person"),
        ({"age": 30, "sports": ["golf"]}, "a person who is 30 years old and plays golf"),
    ],
)
def test_a_clause_drops_out_with_its_answer_and_alternatives_take_its_place(
    answers: dict[str, Any], sentence: str
) -> None:
    template = (
        "a person{ who is [age] years old and plays [sports, or]| who is [age] years old| who plays [sports, or]}"
    )
    assert told(template, **answers) == sentence


def test_several_answers_in_chinese_have_its_comma_between_them_all() -> None:
    assert told("会说{[languages, 、]}的人", languages=["中文", "英语", "日语"]) == "会说中文、英语、日语的人"


@pytest.mark.parametrize(
    ("answer", "sentence"), [("Yes", "you smoke"), ("No", "you do not smoke"), ("Often", "you may smoke")]
)
def test_each_answer_can_have_its_own_words(answer: str, sentence: str) -> None:
    assert told("{you [smoker: Yes = smoke; No = do not smoke; may smoke]}", smoker=answer) == sentence


def test_an_answer_without_words_stays_as_it_is_and_a_point_of_a_scale_can_have_words() -> None:
    assert told("{trust: [trust: 1 = none; 5 = full]}", trust=5) == "trust: full"
    assert told("{trust: [trust: 1 = none; 5 = full]}", trust=3) == "trust: 3"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [("engineer", "an engineer"), ("Ärztin", "a Ärztin"), ("25", "a 25"), (" artist", "an  artist")],
)
def test_the_article_suits_the_letter_that_follows(answer: str, sentence: str) -> None:
    assert told("{a(n) [job]}", job=answer) == sentence
    assert told("{A(n) [job]}", job=answer) == sentence.capitalize()[0] + sentence[1:]


@given(TEXTS)
def test_marks_in_answers_and_escaped_marks_stay_text(text: str) -> None:
    assert told("<{[job]}>", job=f"[x] {{y}} a(n) | \\ {text}") == f"<[x] {{y}} a(n) | \\ {text}>"
    escaped = "".join(f"\\{letter}" if letter in MARKS else letter for letter in text)
    assert told(f"<{escaped}>") == f"<{text}>"
    assert told(f"{{[job: <{escaped}> = -{escaped}-]}}", job=f"<{text}>") == f"-{text}-"


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("a [age] old person", "[age] is not in braces. Put it in braces with the words that drop out"),
        ("a {[age] {old}} person", "The brace at “{[age] {old}} person” has no partner."),
        ("a } person", "The brace at “} person” has no partner."),
        ("{you are [age}", "A bracket in “you are [age” has no partner. Write each answer as [key]."),
        ("{you are []}", "[] names no question. Write the key of a question, as in [age]."),
        ("{a person|[age] years old}", "nothing after the first alternative without an answer is ever used."),
        ("{[age: young; old]}", "[age] has words for all other answers twice: “young” and “old”."),
    ],
)
def test_a_template_that_cannot_be_read_is_refused_in_a_sentence(template: str, sentence: str) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        parse_template(template)
    assert sentence in str(caught.value)


@given(st.text(st.sampled_from([*MARKS, "n", ")", "a", " ", "é", "\n"]), max_size=30))
def test_any_text_is_a_template_or_refused_in_one_sentence(text: str) -> None:
    try:
        template = parse_template(text)
    except InvalidTemplate as error:
        assert str(error).endswith(".")
    else:
        assert template.render({}) == template.render(dict.fromkeys(template.keys, WITHHELD))
        assert isinstance(template.render(dict.fromkeys(template.keys, "x")), str)

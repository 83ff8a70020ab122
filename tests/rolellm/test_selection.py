"""What becomes of triplets."""

from rolellm.selection import MOST_TEST_QUESTIONS, Funnel, Verdict, select
from rolellm.triplets import Level, Triplet


def asked(question: str, level: Level = "high") -> Triplet:
    return Triplet("script_based", question, f"Completeness: {level}", level, "So.")


def test_doubtful_repeated_and_similar_questions_go_each_with_what_it_repeats() -> None:
    verdicts = select(
        [
            asked("Who are you?", "low"),
            asked("Why did the tribunes banish you from Rome?"),
            asked("Why did the tribunes banish you from the city of Rome?"),
            asked(" Why did the tribunes banish you from Rome?"),
            asked("How did your mother raise her son?"),
        ],
        "en",
    )
    assert [(verdict.fate, verdict.split, verdict.original) for verdict in verdicts] == [
        ("low", "", None),
        ("kept", "train", None),
        ("duplicate", "test", 1),
        ("repeat", "", 1),
        ("kept", "train", None),
    ]
    assert verdicts[3].similarity == 1.0
    assert 0.5 <= (verdicts[2].similarity or 0) < 1.0


def test_a_higher_threshold_keeps_more() -> None:
    triplets = [
        asked("Why did the tribunes banish you from Rome?"),
        asked("Why did the tribunes banish you from Antium?"),
    ]
    assert [verdict.fate for verdict in select(triplets, "en", 0.5)] == ["kept", "duplicate"]
    assert [verdict.fate for verdict in select(triplets, "en", 0.99)] == ["kept", "kept"]


def test_the_test_part_has_the_fifty_questions_that_are_least_similar() -> None:
    words = [f"word{number}" for number in range(200)]
    original = " ".join(words)
    shortened = [" ".join(words[: 100 + number]) for number in range(60)]
    verdicts = select([asked(original), *map(asked, shortened)], "en", 0.1)
    chosen = [verdict for verdict in verdicts if verdict.split == "test"]
    others = [verdict for verdict in verdicts if verdict.fate == "duplicate" and not verdict.split]
    assert (len(chosen), len(others)) == (MOST_TEST_QUESTIONS, 60 - MOST_TEST_QUESTIONS)
    assert max(each.similarity or 0 for each in chosen) <= min(each.similarity or 0 for each in others)


def test_a_test_question_that_was_generated_twice_has_both_answers() -> None:
    kept, similar = (
        asked("Why did the tribunes banish you from Rome?"),
        asked("Why did the tribunes banish you from Antium?"),
    )
    verdicts = select([kept, similar, similar], "en")
    assert [(verdict.fate, verdict.split) for verdict in verdicts[1:]] == [("duplicate", "test")] * 2


def test_chinese_questions_are_compared_by_characters() -> None:
    assert [each.fate for each in select([asked("李白，你喜欢喝酒吗？"), asked("李白，你喜欢喝酒么？")], "zh")] == [
        "kept",
        "duplicate",
    ]


def test_the_shares_of_a_funnel_are_those_that_the_paper_states() -> None:
    funnel = Funnel(candidates=400, low=120, repeats=40, duplicates=144, kept=96, test=50)
    assert (funnel.low_share, funnel.high, funnel.duplicate_share) == (0.3, 280, 184 / 280)


def test_a_funnel_without_triplets_has_no_shares() -> None:
    funnel = Funnel(0, 0, 0, 0, 0, 0)
    assert (funnel.low_share, funnel.duplicate_share) == (None, None)
    assert select([], "en") == []
    assert select([asked("?", "low")], "en") == [Verdict("low")]

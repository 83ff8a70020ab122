"""The rows of tables 1 and 7, compared with values computed by hand."""

from math import sqrt

import pytest

from dialogue.lexical import Diversity
from simulation.models import Run, Simulation
from simulation.reports import Throughput, as_object, as_rows
from simulation.statistics import Rate, Summary, summarise
from studies.models import Dialogue, Output, Turn
from tests.factories import make_dialogue, make_output, make_run, make_turn

pytestmark = pytest.mark.django_db

TOKENS = {"first": [(2, 10), (4, 20), (6, 30)], "second": [(8, 40)]}


@pytest.fixture
def run() -> Run:
    """Return a run with two ended dialogues with all kinds of failures, one in progress, and a waiting cell."""
    run = make_run(state=Run.State.RUNNING)
    first, second, going_on, _ = run.simulations.all()
    _fill(make_dialogue(first, turns=0), "first", ["What is a bear?", "A bear?", "Is a bear a bear?"])
    _fill(make_dialogue(second, turns=0, ending="incoherent_responder"), "second", ["Why?"])
    make_dialogue(going_on, turns=5, ending="")
    _fail(*Dialogue.objects.order_by("pk")[:2])
    return run


def _fill(dialogue: Dialogue, tokens: str, utterances: list[str]) -> None:
    for position, (utterance, (asked, answered)) in enumerate(zip(utterances, TOKENS[tokens], strict=True)):
        Turn.objects.create(
            dialogue=dialogue,
            position=position,
            utterance=utterance,
            response="Because.",
            utterance_tokens=asked,
            response_tokens=answered,
        )


def _fail(first: Dialogue, second: Dialogue) -> None:
    """Store eight outputs of the inquirer and six of the responder."""
    make_output(first, 0)
    make_output(first, 1, prompts_found=3)
    make_output(first, 2, is_self_reply=True)
    make_output(first, 3, status="stop", prompts_found=0)
    for position in range(3):
        make_output(first, position, speaker="responder", prompts_found=0, is_self_reply=position == 0)
    make_output(second, 0, status="no_prompt", prompts_found=0)
    make_output(second, 0, attempt=1, status="incoherent", prompts_found=0)
    make_output(second, 0, attempt=2, prompts_found=2)
    make_output(second, 1)
    make_output(second, 0, speaker="responder", prompts_found=0)
    make_output(second, 1, speaker="responder", status="incoherent", prompts_found=0)
    make_output(second, 1, speaker="responder", attempt=1, status="incoherent", prompts_found=0)


def summary_of(run: Run) -> Summary:
    return summarise(Simulation.objects.filter(run=run))


def test_means_come_with_population_standard_deviations_over_finished_dialogues(run: Run) -> None:
    summary = summary_of(run)
    assert summary.dialogues == 2
    assert (summary.turns_mean, summary.turns_sd) == (2, 1)
    assert (summary.tokens_per_prompt_mean, summary.tokens_per_response_mean) == (5, 25)
    assert summary.tokens_per_prompt_sd == pytest.approx(sqrt(5))
    assert summary.tokens_per_response_sd == pytest.approx(sqrt(125))


def test_endings_are_counted(run: Run) -> None:
    assert summary_of(run).endings == {"goal_reached": 1, "incoherent_responder": 1}


def test_failures_are_counted_over_all_outputs_of_their_side(run: Run) -> None:
    summary = summary_of(run)
    assert summary.no_prompt == Rate(1, 8)
    assert summary.multiple_prompts == Rate(2, 8)
    assert summary.incoherent == Rate(1, 8)
    assert summary.self_reply == Rate(1, 8)
    assert summary.incoherent_responder == Rate(2, 6)
    assert summary.no_prompt.rate == 0.125


def test_diversity_is_that_of_the_inquirer_pooled_and_over_dialogues(run: Run) -> None:
    lexical = summary_of(run).lexical
    # 12 words: what is a bear, a bear, is a bear a bear, why; five types.
    # Pairs: what-is is-a a-bear, a-bear, is-a a-bear bear-a a-bear: 8, of them 4 distinct.
    assert lexical.pooled == Diversity(5 / 12, 5 / 12, 4 / 8)
    # The first has 4 types in 11 words, the second 1 in 1, and no pairs.
    mean, deviation = (4 / 11 + 1) / 2, (1 - 4 / 11) / 2
    assert pytest.approx((mean, deviation)) == lexical.ttr
    assert lexical.distinct_1 == lexical.ttr
    assert list(lexical.distinct_2) == [0.5, 0]
    assert "lower-cased words" in lexical.tokenisation


def test_only_the_simulations_asked_for_are_summarised(run: Run) -> None:
    only = summarise(run.simulations.filter(dialogue__ending="incoherent_responder"))
    assert (only.dialogues, only.turns_mean, only.turns_sd) == (1, 1, 0)
    assert only.no_prompt == Rate(1, 4)


def test_of_nothing_there_is_no_mean_and_no_rate() -> None:
    summary = summary_of(make_run())
    assert (summary.dialogues, summary.endings) == (0, {})
    assert (summary.turns_mean, summary.turns_sd, summary.tokens_per_prompt_mean) == (None, None, None)
    assert (summary.no_prompt, summary.no_prompt.rate) == (Rate(0, 0), None)
    assert (summary.lexical.pooled, summary.lexical.ttr) == (Diversity(None, None, None), (None, None))


def test_a_dialogue_without_words_has_no_diversity_and_leaves_that_of_others(run: Run) -> None:
    before = summary_of(run).lexical
    silent = make_dialogue(make_run(run.study, identity="other").simulations.all()[0], turns=0)
    make_turn(silent, 0, utterance="?!")
    lexical = summarise(Simulation.objects.exclude(dialogue=None)).lexical
    assert (lexical.ttr, lexical.dialogues, lexical.words_mean) == (before.ttr, before.dialogues, before.words_mean)


def test_a_dialogue_without_turns_counts_as_one_of_length_zero() -> None:
    run = make_run(state=Run.State.RUNNING)
    make_dialogue(run.simulations.all()[0], turns=0, ending="no_prompt")
    summary = summary_of(run)
    assert (summary.turns_mean, summary.turns_sd, summary.tokens_per_prompt_mean) == (0, 0, None)


def test_tokens_that_a_provider_keeps_to_itself_have_no_mean(run: Run) -> None:
    Turn.objects.filter(utterance="Why?").update(response_tokens=None)
    summary = summary_of(run)
    assert (summary.tokens_per_response_mean, summary.tokens_per_response_sd) == (None, None)
    assert summary.tokens_per_prompt_mean == 5


def test_the_object_says_how_many_of_how_many_and_what_fraction(run: Run) -> None:
    found = as_object(summary_of(run), Throughput(120.0, None))
    assert found["multiple_prompts"] == {"count": 2, "outputs": 8, "rate": 0.25}
    assert found["incoherent_responder"] == {"count": 2, "outputs": 6, "rate": pytest.approx(1 / 3)}
    assert (found["dialogues_per_hour"], found["tokens_per_second"]) == (120.0, None)
    assert found["lexical"]["pooled"] == {"ttr": 5 / 12, "distinct_1": 5 / 12, "distinct_2": 0.5}


def test_the_table_reads_as_the_papers(run: Run) -> None:
    rows = dict(as_rows(summary_of(run)))
    assert rows["Turns per dialogue"] == "2.00 (1.00)"
    assert rows["Tokens per prompt"] == "5.00 (2.24)"
    assert rows["Multiple prompts"] == "2/8 (25.00%)"
    assert rows["Ending: incoherent responder"] == "1/2 (50.00%)"
    assert rows["Type-token ratio, pooled"] == "0.417"


def test_outputs_made_without_a_setting_are_counted_by_side(run: Run) -> None:
    assert summary_of(run).unsent == {}
    Output.objects.filter(speaker="inquirer").update(unsent="seed")
    Output.objects.filter(speaker="inquirer", status="incoherent").update(unsent="seed top_k")
    summary = summary_of(run)
    assert summary.unsent == {"inquirer": {"seed": Rate(8, 8), "top_k": Rate(1, 8)}}
    assert dict(as_rows(summary))["Without seed (inquirer)"] == "8/8 (100.00%)"
    found = as_object(summary, Throughput(None, None))
    assert found["unsent"]["inquirer"]["top_k"] == {"count": 1, "outputs": 8, "rate": 0.125}


def test_the_table_of_nothing_has_dashes() -> None:
    rows = dict(as_rows(summary_of(make_run())))
    assert (rows["Turns per dialogue"], rows["No prompt"], rows["Distinct-2, pooled"]) == ("–", "0/0", "–")

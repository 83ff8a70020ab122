"""Tables 1, 7 and 2, computed from stored runs."""

import pytest

from analysis.reporting.simulation_tables import failure_percents, table_1, table_2, table_7
from analysis.study.study_data import said_by_group, summaries_by_condition, summaries_by_inquirer
from simulation.models import Run
from studies.models import Output, Study
from tests.evaluation.factories import make_judged_study
from tests.factories import make_dialogue, make_run, make_study, make_turn

pytestmark = pytest.mark.django_db


def make_simulated_study() -> Study:
    """Store two seeds of Mixtral, with dialogues of two and of four turns; one begins with an output without a prompt."""
    study = make_study(goal_count=1, persona_count=2)
    run = make_run(study, inquirer="mixtral", seeds=(73, 321), state=Run.State.FINISHED)
    for cell in run.simulations.all():
        make_dialogue(cell, turns=2 if cell.seed == 73 else 4)
    first = Output.objects.filter(dialogue__seed=73, speaker="inquirer").earliest("pk")
    Output.objects.filter(pk=first.pk).update(status="no_prompt")
    return study


def test_figures_are_averaged_over_seeds() -> None:
    study = make_simulated_study()
    cells = {row[0]: row[1] for row in table_1(summaries_by_inquirer(study)).rows}
    assert cells["turns"] == "3.00 (0.00)"
    # One of 4 outputs, and none of 8: half an output of 6, and as much to either speaker.
    assert cells["no prompt"] == "8.33% (8.33%)"
    assert cells["incoherent"] == "0.00% (0.00%)"


def test_table_7_counts_what_table_1_shares() -> None:
    cells = {row[0]: row[1] for row in table_7(summaries_by_inquirer(make_simulated_study())).rows}
    assert cells["utterances"] == "6.00 (0.00)"  # two a turn
    assert cells["no prompt"] == "0.50 (0.50) / 6.00"


def test_failures_of_outputs_that_are_not_stored_are_unknown_rather_than_zero() -> None:
    study = make_simulated_study()
    Output.objects.all().delete()
    for table in (table_1, table_7):
        cells = {row[0]: row[1] for row in table(summaries_by_inquirer(study)).rows}
        assert (cells["no prompt"], cells["incoherent (responder)"]) == ("–", "–")


def test_table_1_says_over_how_many_dialogues_and_seeds_it_averages() -> None:
    cells = {row[0]: row[1] for row in table_1(summaries_by_inquirer(make_simulated_study())).rows}
    assert cells["seeds"] == 2
    assert cells["dialogues"] == 4


def test_percentages_for_the_radar_are_those_of_table_1() -> None:
    percents = failure_percents(summaries_by_inquirer(make_simulated_study()))
    assert percents["mixtral"]["no_prompt"] == pytest.approx(100 / 12)


def test_table_2_has_a_row_for_each_condition_in_the_papers_order() -> None:
    study = make_simulated_study()
    for features in ("none", "age"):
        run = make_run(study, inquirer="mixtral", state=Run.State.FINISHED)
        run.configuration["features"] = features
        run.save()
        make_dialogue(run.simulations.all()[0])
    rows = table_2(summaries_by_condition(study)).rows
    assert [row[:2] for row in rows] == [("mixtral", "None"), ("mixtral", "Age"), ("mixtral", "All")]
    assert [row[5] for row in rows] == [1, 1, 4]


def test_table_2_gives_means_and_variances_over_the_dialogues_of_all_seeds() -> None:
    study = make_study(goal_count=1, persona_count=2)
    run = make_run(study, inquirer="mixtral", seeds=(73, 321), state=Run.State.FINISHED)
    said = ["a b c d", "a a b b", "a a a b", "?!"]
    for cell, utterance in zip(run.simulations.order_by("seed", "pk"), said, strict=True):
        make_turn(make_dialogue(cell, turns=0), 0, utterance=utterance)
    # TTR 1, 0.5 and 0.5, variance 1/18; distinct-2 1, 1 and 2/3, variance 2/81; nothing was said in the fourth
    [row] = table_2(summaries_by_condition(study)).rows
    assert row == ("mixtral", "All", "0.667 (0.056)", "0.667 (0.056)", "0.889 (0.025)", 3, 4.0)


def test_runs_of_one_model_with_other_prompts_or_another_responder_are_not_pooled() -> None:
    study = make_simulated_study()
    for changes in ({"inquirer": {"prompts": "plain"}}, {"responder": {"model": "gpt-4"}}, {"max_turns": 12}):
        run = make_run(study, inquirer="mixtral", state=Run.State.FINISHED)
        for key, change in changes.items():
            run.configuration[key] = run.configuration[key] | change if isinstance(change, dict) else change
        run.save()
        make_dialogue(run.simulations.all()[0])
    apart = {
        "mixtral (llama-2, responder tiny)": 5,
        "mixtral (plain, responder tiny)": 1,
        "mixtral (llama-2, responder gpt-4)": 1,
    }
    assert {row[0]: row[5] for row in table_2(summaries_by_condition(study)).rows} == apart
    assert {name: len(said) for name, said in said_by_group(study).items()} == apart
    assert set(summaries_by_inquirer(study)) == set(apart)


def test_table_2_names_features_that_the_paper_lacks() -> None:
    study = make_simulated_study()
    run = make_run(study, inquirer="mixtral", state=Run.State.FINISHED)
    run.configuration["features"] = "occupation"
    run.save()
    make_dialogue(run.simulations.all()[0])
    assert [row[1] for row in table_2(summaries_by_condition(study)).rows] == ["occupation", "All"]


def test_runs_with_fewer_persona_features_stay_out_of_table_1() -> None:
    study = make_simulated_study()
    run = make_run(study, inquirer="gpt-4", state=Run.State.FINISHED)
    run.configuration["features"] = "none"
    run.save()
    make_dialogue(run.simulations.all()[0])
    assert list(summaries_by_inquirer(study)) == ["mixtral"]
    assert "gpt-4" not in said_by_group(study)


def test_people_come_before_inquirers() -> None:
    groups = said_by_group(make_judged_study())
    assert list(groups) == ["natural", "gpt-4", "mixtral"]
    assert [len(dialogues) for dialogues in groups.values()] == [4, 4, 4]
    assert groups["natural"][0].prompt_tokens == (9, 9)

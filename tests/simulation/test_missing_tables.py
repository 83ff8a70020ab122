"""With a new database, every command says what to do first."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from studies.commands import NO_TABLES
from tests.forks import run
from tests.installation import Installation

SIMULATE = ["simulate", "demo", "--inquirer", "asker", "--responder", "answerer"]


def hide_table(name: str) -> None:
    """Hide the table until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO hidden")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "command",
    [
        SIMULATE,
        ["export_dialogues", "demo"],
        ["export_runs", "demo"],
        ["import_dialogues", str(Path(__file__)), "--study", "demo", "--natural"],
        ["load_demo"],
    ],
)
def test_a_database_without_tables_is_one_sentence_that_says_what_to_do(command: list[str]) -> None:
    hide_table("collection_study")
    with pytest.raises(CommandError) as caught:
        call_command(*command)
    assert (str(caught.value), caught.value.returncode) == (NO_TABLES, 2)


@pytest.mark.django_db
def test_another_error_of_the_database_is_not_taken_for_missing_tables() -> None:
    hide_table("collection_goal")
    with pytest.raises(OperationalError, match="no such table: collection_goal"):
        call_command("load_demo")


def test_from_a_shell_it_is_exit_status_2_and_one_line(installation: Installation) -> None:
    done = run("-m", "manage", *SIMULATE, environment=installation.environment)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"CommandError: {NO_TABLES}\n")

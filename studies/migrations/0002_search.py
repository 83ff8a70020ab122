"""The full-text index of dialogues' words, which each database keeps in its own way.

SQLite: an FTS5 table that stores where words are, but no texts; triggers keep it in step with ``studies_searchtext``. The
words are folded already and separated by spaces, for which the tokenizer ``ascii`` is enough.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = (
    """CREATE VIRTUAL TABLE studies_search USING fts5(words, content='studies_searchtext', content_rowid='dialogue_id',
    tokenize='ascii', columnsize=0)""",
    """CREATE TRIGGER studies_search_insert AFTER INSERT ON studies_searchtext BEGIN
    INSERT INTO studies_search(rowid, words) VALUES (new.dialogue_id, new.words);
    END""",
    """CREATE TRIGGER studies_search_delete AFTER DELETE ON studies_searchtext BEGIN
    INSERT INTO studies_search(studies_search, rowid, words) VALUES ('delete', old.dialogue_id, old.words);
    END""",
    """CREATE TRIGGER studies_search_update AFTER UPDATE ON studies_searchtext BEGIN
    INSERT INTO studies_search(studies_search, rowid, words) VALUES ('delete', old.dialogue_id, old.words);
    INSERT INTO studies_search(rowid, words) VALUES (new.dialogue_id, new.words);
    END""",
)
POSTGRESQL = ("CREATE INDEX studies_search ON studies_searchtext USING gin (words)",)


def make_index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        schema_editor.execute(statement, params=None)


def remove_index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for event in ("insert", "delete", "update"):
            schema_editor.execute(f"DROP TRIGGER studies_search_{event}")
        schema_editor.execute("DROP TABLE studies_search")
    else:
        schema_editor.execute("DROP INDEX studies_search")


class Migration(migrations.Migration):
    dependencies = [("studies", "0001_initial")]

    operations = [migrations.RunPython(make_index, remove_index)]

"""Dialogues store their length, which their search texts have stored, so that an index sorts them."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, Subquery


def copy_lengths(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    texts = apps.get_model("studies", "SearchText").objects.filter(dialogue=OuterRef("pk"))
    indexed = apps.get_model("studies", "Dialogue").objects.filter(search_text__isnull=False)
    indexed.update(length=Subquery(texts.values("turns")))


class Migration(migrations.Migration):
    dependencies = [("studies", "0002_search")]

    operations = [
        migrations.AddField(
            model_name="dialogue",
            name="length",
            field=models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="Number of turns when the dialogue was last indexed; 0 for a simulation in progress. Count the "
                "turns for the current number.",
            ),
        ),
        migrations.RunPython(copy_lengths, migrations.RunPython.noop),
        migrations.RemoveField(model_name="searchtext", name="turns"),
        migrations.RemoveIndex(model_name="dialogue", name="dialogues_of_study_by_kind"),
        migrations.AddIndex(
            model_name="dialogue",
            index=models.Index(
                fields=["study", "kind", "goal", "persona", "length", "ending", "is_replaced", "id"], name="dialogues_of_study"
            ),
        ),
    ]

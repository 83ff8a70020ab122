from django.db import migrations


def mark_cancelled(apps, schema_editor):
    """Mark the cells of runs that were cancelled before cells could be: otherwise new seeds would start all of them again."""
    cells = apps.get_model("simulation", "Simulation").objects.using(schema_editor.connection.alias)
    cells.filter(run__state="cancelled", finished_at=None).update(is_cancelled=True)


class Migration(migrations.Migration):

    dependencies = [
        ("simulation", "0002_batches_and_worked_time"),
    ]

    operations = [
        migrations.RunPython(mark_cancelled, migrations.RunPython.noop),
    ]

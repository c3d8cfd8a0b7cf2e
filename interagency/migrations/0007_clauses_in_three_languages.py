"""A norm's clause in three languages: the one there was is the Russian one and keeps its column."""

from django.db import migrations, models

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM

# Clauses of the norms shipped with the product: Russian -> Kazakh, English. Those that people wrote stay Russian.
SHIPPED = {
    "ст. 5": ("5-бап", "art. 5"),
    "ст. 4, 5": ("4, 5-баптар", "arts. 4, 5"),
    "ст. 19-1": ("19-1-бап", "art. 19-1"),
    "п. 10": ("10-тармақ", "cl. 10"),
}


def translate(apps, schema_editor):
    """Norms that are there already."""
    norms = apps.get_model("interagency", "ServiceNorm").objects
    with acting(SYSTEM, reason="migration"):
        for clause, (kk, en) in SHIPPED.items():
            norms.filter(clause_ru=clause).update(clause_kk=kk, clause_en=en)


class Migration(migrations.Migration):
    dependencies = [("interagency", "0006_reasons_recognised")]

    operations = [
        migrations.AlterField(
            model_name="servicenorm",
            name="clause",
            field=models.CharField(db_column="clause", max_length=60, verbose_name="clause in Russian"),
        ),
        migrations.RenameField(model_name="servicenorm", old_name="clause", new_name="clause_ru"),
        migrations.AddField(
            model_name="servicenorm",
            name="clause_kk",
            field=models.CharField(blank=True, db_default="", max_length=60, verbose_name="clause in Kazakh"),
        ),
        migrations.AddField(
            model_name="servicenorm",
            name="clause_en",
            field=models.CharField(
                blank=True, db_default="", max_length=60, verbose_name="clause in English"
            ),
        ),
        migrations.RunPython(translate, migrations.RunPython.noop),
    ]

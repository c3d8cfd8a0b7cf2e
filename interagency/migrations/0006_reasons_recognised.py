"""The reasons that the product wrote before, in whatever language acted, become codes where they are recognised."""

from django.db import migrations
from django.db.models import Q

# Code -> the sentence as it was written, in English, Russian and Kazakh.
CLOSED = {
    "amended": ["The plan was amended.", "План скорректирован.", "Жоспар түзетілді."],
    "consent": [
        "The consent was withdrawn: processing has stopped.",
        "Согласие отозвано: обработка прекращена.",
        "Келісім кері қайтарып алынды: өңдеу тоқтатылды.",
    ],
    "resent": ["Sent to the body again.", "Направлено органу снова.", "Органға қайта жіберілді."],
}
PLAN_ENDED = ["The plan ended: ", "План прекращён: ", "Жоспар тоқтатылды: "]
HELD = {
    "consent_missing": [
        "First record the family's consent to the processing of personal data (R256 13).",
        "Сначала запишите согласие семьи на обработку персональных данных (п. 13 Правил ЦПС).",
        "Алдымен отбасының дербес деректерді өңдеуге келісімін жазыңыз (ОҚО қағидаларының 13-тармағы).",
    ],
    "consent_no_transfer": [
        "The family has not agreed to its data being passed to other bodies. Record a "
        "consent that includes it.",
        "Семья не дала согласия на передачу данных другим органам. Запишите согласие, которое её включает.",
        "Отбасы деректерін басқа органдарға беруге келіспеген. Оны қамтитын келісімді жазыңыз.",
    ],
    "consent_withdrawn": [
        "The consent was withdrawn: processing has stopped.",
        "Согласие отозвано: обработка прекращена.",
        "Келісім кері қайтарып алынды: өңдеу тоқтатылды.",
    ],
}


def recognise(apps, schema_editor):
    """What people wrote themselves stays as it is."""
    tasks = apps.get_model("interagency", "Task").objects.exclude(closed_reason="")
    for code, written in CLOSED.items():
        tasks.filter(closed_reason__in=written).update(closed_code=code, closed_reason="")
    begins = Q()
    for words in PLAN_ENDED:
        begins |= Q(closed_reason__startswith=words)
    tasks.filter(begins).exclude(measure__version__plan__termination="").update(
        closed_code="plan_ended", closed_reason=""
    )
    handoffs = apps.get_model("interagency", "Handoff").objects.exclude(held_reason="")
    for code, written in HELD.items():
        handoffs.filter(held_reason__in=written).update(held_code=code, held_reason="")


class Migration(migrations.Migration):
    dependencies = [("interagency", "0005_reasons_as_codes"), ("ipr", "0004_course_of_the_plan")]

    operations = [migrations.RunPython(recognise, migrations.RunPython.noop)]

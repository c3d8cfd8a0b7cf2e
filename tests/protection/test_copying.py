"""The anonymized copy: every personal field is another one, and no old value is anywhere."""

import secrets
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings

from cases.models import Case, CaseMember, Person
from family_support.access.models import Barred
from family_support.access.reads import log_read
from family_support.accounts.models import User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import now
from family_support.base.personal_data import personal_fields, personal_models
from family_support.base.validators import check_iin
from family_support.documents.files import stored_files
from family_support.documents.models import Attachment
from family_support.protection.erasing import APART
from family_support.protection.synthetic import Synthesis
from tests.access.world import sign_in
from tests.factories import a_center, actor_for, an_iin
from tests.plans import an_approved
from tests.protection.test_erasing import as_owner, found_anywhere

# Fields with values of their own form: the marker would not pass their constraints.
FORMED = {
    "iin",
    "iin_index",
    "phone_index",
    "name_key",
    "birth",
    "date",
    "json",
    "index",
    "file",
    "sum",
    "email",
}


def marked() -> set[str]:
    """A marker in every personal text of every row there is; the markers."""
    planted = set()
    with connection.cursor() as cursor:
        for model in personal_models():
            if model in APART:
                continue
            table = model._meta.db_table
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for field, entry in personal_fields(model):
                if entry.is_figure or entry.what in FORMED or field.name == "link":
                    continue
                mark = f"ZQ{secrets.token_hex(4)}"
                length = getattr(field, "max_length", None)
                assert not length or length >= len(mark), field
                rows = model._default_manager.exclude(pk=None)
                if rows.update(**{field.name: mark}):
                    planted.add(mark)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return planted


def test_synthetic_values_are_valid_and_keep_what_figures_need() -> None:
    run = Synthesis(b"k" * 32)
    for number in range(200):
        born = date(1950 + number % 70, number % 12 + 1, number % 28 + 1)
        old = an_iin(born, female=bool(number % 2))
        new = run.iin(old)
        check_iin(new, birth_date=run.birth(born, old))
        assert new != old
        assert (new[:2], new[6]) == (old[:2], old[6]), "year, sex and century"
        assert run.iin(old) == new
    assert Synthesis(b"x" * 32).iin(an_iin(date(1990, 1, 1), serial=5)) != run.iin(
        an_iin(date(1990, 1, 1), serial=5)
    )
    text = "Муж ударил её при детях, она ушла к сестре."
    assert abs(len(run.text(text)) - len(text)) < 12
    assert run.json({"person": {"name": "Иванова Анна", "iin": old}, "n": 3})["person"]["iin"] == run.iin(old)


def refused(name: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("anonymize_copy", yes_this_is_a_copy=name)


def test_no_old_value_is_anywhere(own_database: str) -> None:
    place = a_center()
    version = an_approved(place)
    case = version.plan.case
    with acting(SYSTEM):
        barred = Barred(case_id=case.pk, relation="муж", noted_by=case.lead, noted_at=now())
        barred.set_iin(str(Person.objects.filter(places__case=case).first().iin))  # type: ignore[union-attr]
        barred.save()
    before = {
        "members": list(CaseMember.objects.order_by("pk").values_list("pk", "case", "person", "relation")),
        "years": sorted(str(day)[:4] for day in Person.objects.values_list("birth_date", flat=True)),
        "stages": sorted(Case.objects.values_list("stage", "risk", "opened_at")),
    }
    old = {
        value for row in Person.objects.all() for value in (row.iin, row.iin_index, row.phone_index) if value
    }
    old |= set(User.objects.values_list("email", flat=True))
    # Why somebody looked, and who is signed in: neither belongs into a copy.
    reader = place.people[Role.PSYCHOLOGIST]
    log_read(actor_for(reader), case.pk, "case", "ZQ она звонила из подъезда")
    old.add("ZQ она звонила из подъезда")
    sign_in(Client(), reader)
    contents = {
        Path(default_storage.path(name)).read_bytes()
        for name in Attachment.objects.values_list("file", flat=True)
        if name
    }
    refused(own_database, "owner")
    with as_owner(), override_settings(BASE_URL="https://support.gov.kz"):
        refused(own_database, "public")
        refused("family_support", "Name the copy")
    with as_owner(), override_settings(BASE_URL="http://localhost:8000"):
        with acting(SYSTEM):
            planted = marked()
        assert len(planted) > 20
        assert len({value for _table, value in found_anywhere(planted)}) == len(planted), (
            "they are there before"
        )
        call_command("anonymize_copy", yes_this_is_a_copy=own_database, stdout=StringIO())
        assert found_anywhere(planted | old) == set()
        assert not Session.objects.exists()
        for row in Person.objects.exclude(iin_index=""):
            check_iin(str(row.iin), birth_date=row.birth_date)
        assert before == {
            "members": list(
                CaseMember.objects.order_by("pk").values_list("pk", "case", "person", "relation")
            ),
            "years": sorted(str(day)[:4] for day in Person.objects.values_list("birth_date", flat=True)),
            "stages": sorted(Case.objects.values_list("stage", "risk", "opened_at")),
        }
        again = Barred.objects.get(pk=barred.pk)
        assert Person.objects.filter(iin_index=again.iin_index, iin_index__gt="").exists(), (
            "links by value stay"
        )
        for name in stored_files(now()):
            assert Path(default_storage.path(name)).read_bytes() not in contents

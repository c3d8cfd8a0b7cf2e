"""Erasure after the legal term: proposed, confirmed, carried out by the owner; figures and the record of acts stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg2
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from cases.models import Case, CaseMember, Intake, Person
from family_support.access.reads import log_read
from family_support.accounts.roles import Role
from family_support.audit import sealing
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from family_support.base.fields import EncryptedJSONField, EncryptedTextField
from family_support.base.personal_data import personal_fields, personal_models
from family_support.deadlines.models import Deadline
from family_support.documents.models import Attachment
from family_support.protection import actions
from family_support.protection.erasing import APART, erase_confirmed
from family_support.protection.export import case_path
from family_support.protection.models import Disposal, DisposalItem, LegalHold, RetentionRule
from family_support.protection.retention import due_cases, kind_of
from tests.access.world import sign_in
from tests.conftest import OWNER_URL
from tests.factories import NOON, Place, a_case, a_case_with_consent, a_center
from tests.mobile_groups.samples import bar
from tests.places import make_membership
from tests.plans import an_approved

YEARS = 30
LATER = NOON + timedelta(days=366 * YEARS)


def closed(case: Case, *, terms: bool = True) -> Case:
    """Closed at noon of the tests' day, with no term left running."""
    with acting(SYSTEM):
        if terms:
            Deadline.objects.filter(case_id=case.pk, state="open").update(state="cancelled", closed_at=NOON)
        Case.objects.filter(pk=case.pk).update(
            stage="closed", closed_at=NOON, closing="completed", closing_note="Семья справляется сама."
        )
    return Case.objects.get(pk=case.pk)


def director(place: Place) -> Any:
    return place.by(Role.DIRECTOR, at=LATER)


def confirmed_rules() -> None:
    with acting(SYSTEM):
        RetentionRule.objects.update(confirmed=True)


@contextmanager
def as_owner() -> Iterator[None]:
    """Django's connection as the owner's."""
    settings = connection.settings_dict
    runtime = settings["USER"], settings["PASSWORD"]
    connection.close()
    parsed = psycopg2.extensions.parse_dsn(OWNER_URL)
    settings["USER"], settings["PASSWORD"] = parsed["user"], parsed["password"]
    try:
        yield
    finally:
        connection.close()
        settings["USER"], settings["PASSWORD"] = runtime


def tables() -> list[str]:
    """Every table and partition of ours with rows of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        return [name for (name,) in cursor.fetchall()]


def found_anywhere(values: set[str]) -> set[tuple[str, str]]:
    """Which of the values stand in which table: plain, or sealed in a field that opens."""
    hits = set()
    with connection.cursor() as cursor:
        for table in tables():
            for value in values:
                cursor.execute(
                    f"SELECT EXISTS (SELECT FROM {table} t WHERE strpos(t::text, %s) > 0)", [value]
                )
                if cursor.fetchone()[0]:
                    hits.add((table, value))
    for model in personal_models():
        for field, _entry in personal_fields(model):
            if isinstance(field, EncryptedTextField | EncryptedJSONField):
                for text in model._default_manager.values_list(field.name, flat=True):
                    hits |= {(model._meta.label, value) for value in values if value in str(text)}
    return hits


@pytest.mark.django_db
def test_terms_and_what_keeps_a_case() -> None:
    place = a_center()
    case = a_case_with_consent(place)
    assert kind_of(case) == "consulted"
    case.restriction = "violence"
    assert kind_of(case) == "protected"
    gone = closed(case)
    assert (gone.pk, kind_of(gone)) == (case.pk, "supported")
    short = NOON + timedelta(days=365 * 9)
    assert case.pk not in {row.pk for row, _rule, _due in due_cases(short)}
    assert case.pk in {row.pk for row, _rule, _due in due_cases(LATER)}
    with acting(SYSTEM):
        hold = LegalHold.objects.create(
            case=case,
            reason="Суд",
            placed_at=NOON,
            placed_by=case.lead,  # type: ignore[misc]
        )
    assert case.pk not in {row.pk for row, _rule, _due in due_cases(LATER)}
    running = closed(a_case_with_consent(place), terms=False)
    assert Deadline.objects.filter(case_id=running.pk, state="open").exists()
    assert running.pk not in {row.pk for row, _rule, _due in due_cases(LATER)}
    with acting(SYSTEM):
        hold.delete()
        member = case.members.get(relation="self")
        other = a_case_with_consent(place)
        CaseMember.objects.create(case=other, person=member.person, relation="other", added_at=NOON)
    assert case.pk not in {row.pk for row, _rule, _due in due_cases(LATER)}, "the family has an open case"


@pytest.mark.django_db
def test_only_the_director_confirms_and_only_what_a_lawyer_confirmed() -> None:
    place = a_center()
    case = closed(a_case_with_consent(place))
    assert actions.propose(now=LATER) >= 1
    assert actions.propose(now=LATER) == 0, "again"
    disposal = Disposal.objects.get(center=place.center)
    boss = director(place)
    with pytest.raises(Forbidden):
        actions.confirm(disposal=disposal, version=disposal.version, by=place.by(), now=LATER)
    with pytest.raises(Missing):
        actions.confirm(disposal=disposal, version=disposal.version, by=director(a_center()), now=LATER)
    with pytest.raises(Conflict) as refused:
        actions.confirm(disposal=disposal, version=disposal.version, by=boss, now=LATER)
    assert refused.value.code == "retention_unconfirmed"
    confirmed_rules()
    closed(a_case(place, violence=True))
    assert actions.propose(now=LATER) == 1
    disposal.refresh_from_db()
    assert {item.rule.kind for item in disposal.items.all()} == {"supported", "protected"}
    with acting(SYSTEM):
        RetentionRule.objects.filter(kind="protected").update(confirmed=False)
    with pytest.raises(Conflict, match="retention_unconfirmed"):
        actions.confirm(disposal=disposal, version=disposal.version, by=boss, now=LATER)
    confirmed_rules()
    with pytest.raises(Conflict) as stale:
        actions.confirm(disposal=disposal, version=disposal.version + 1, by=boss, now=LATER)
    assert stale.value.code == "stale_version"
    done = actions.confirm(disposal=disposal, version=disposal.version, by=boss, now=LATER)
    back = actions.take_back(disposal=done, version=done.version, by=boss, now=LATER)
    assert (back.confirmed_at, back.erase_from) == (None, None)
    with pytest.raises(Invalid):
        actions.place_hold(case=case, reason=" ", by=boss, now=LATER)
    hold = actions.place_hold(case=case, reason="Запрос суда.", by=boss, now=LATER)
    assert list(LegalHold.objects.visible_to(boss)) == [hold]
    elsewhere = director(a_center())
    assert not LegalHold.objects.visible_to(elsewhere).exists()
    with pytest.raises(Missing):
        actions.lift_hold(hold=hold, by=elsewhere, now=LATER)
    assert not DisposalItem.objects.filter(case=case).exists()
    assert actions.propose(now=LATER) == 0
    with pytest.raises(Conflict):
        actions.place_hold(case=case, reason="Ещё раз.", by=boss, now=LATER)
    actions.lift_hold(hold=hold, by=boss, now=LATER)
    assert actions.propose(now=LATER) == 1


@pytest.mark.django_db
def test_a_barred_director_finds_the_case_on_no_list() -> None:
    place = a_center()
    hers, other = closed(a_case_with_consent(place)), closed(a_case_with_consent(place))
    actions.propose(now=LATER)
    director_of = place.people[Role.DIRECTOR]
    with clock.at(LATER):
        client = sign_in(Client(), director_of)
        page = client.get(reverse("disposals")).content.decode()
        assert hers.number in page
        bar(director(place), hers, "850615300129")
        page = client.get(reverse("disposals")).content.decode()
    assert hers.number not in page
    assert other.number in page


@pytest.mark.django_db
def test_the_serving_role_erases_nothing() -> None:
    with pytest.raises(CommandError, match="owner"):
        call_command("erase_due")
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT audit.erase_content(1, '', '{}')")


def test_models_whose_personal_rows_belong_to_no_case() -> None:
    outside = {
        model._meta.label for model in personal_models() if model not in APART and case_path(model) is None
    }
    assert outside - {"cases.Case"} == {
        "accounts.Absence",
        "accounts.FactorReset",
        "accounts.User",
        "cases.IntakeDraft",
        "directory.Agency",
        "documents.Rendering",
        "mobile_groups.GroupMember",
        "monitoring.AnalyticNote",
        "monitoring.CorrectionsAnnex",
        "monitoring.OutreachEvent",
        "monitoring.ProposedShortcoming",
        "monitoring.QuarterlyReport",
        "monitoring.Shortcoming",
        "oversight.LookAlert",
        "oversight.UnsignedChanges",
        "shelter.Place",
        "shelter.Shelter",
    }


@pytest.mark.usefixtures("own_database")
def test_nothing_of_the_people_is_left_and_the_seals_hold() -> None:
    place = a_center()
    version = an_approved(place)
    with acting(SYSTEM):
        row = Person.objects.get(places__case=version.plan.case, places__relation="self")
        row.set_identity(iin=str(row.iin), phone="+77770001122")
        row.save()
        Intake.objects.filter(case=version.plan.case).update(
            said="Стрекозова просит о ночлеге.", contact="+77770001122"
        )
    case = closed(version.plan.case)
    kept = closed(a_case_with_consent(place, now=NOON))
    log_read(place.by(), case.pk, "case", "Причина с именем Стрекозовой")
    person = Person.objects.get(places__case=case, places__relation="self")
    files = [
        name for name in Attachment.objects.filter(case_id=case.pk).values_list("file", flat=True) if name
    ]
    assert files
    # Another Center took an intake over: its row names the same bytes, and its case is not erased.
    with acting(SYSTEM):
        shared = Attachment.objects.filter(case_id=case.pk).exclude(file="").order_by("pk")[0]
        taken_over = shared.file.name
        shared.pk, shared.case_id, shared.subject_id = None, kept.pk, kept.intakes.get().pk
        shared._state.adding = True
        shared.save()
    only_here = [name for name in files if name != taken_over]
    old = {
        person.last_name,
        person.first_name,
        str(person.iin),
        str(person.phone),
        person.iin_index,
        person.name_key,
    }
    old |= {case.intakes.get().said, version.goal, "Стрекозовой"} - {""}
    others = {
        value
        for row in Person.objects.exclude(pk=person.pk)
        for value in (row.last_name, row.first_name, row.name_key)
    }
    old -= others | {""}
    acts, boss = case.timeline.count(), director(place)
    confirmed_rules()
    actions.propose(now=LATER)
    actions.place_hold(case=kept, reason="Суд.", by=boss, now=LATER)
    disposal = Disposal.objects.get(center=place.center)
    done = actions.confirm(disposal=disposal, version=disposal.version, by=boss, now=LATER)
    with as_owner():
        assert sealing.seal_pending()
        assert erase_confirmed(LATER) == [], "seven days of second thoughts"
        after = done.erase_from
        assert after is not None
        assert [item.case_id for item in erase_confirmed(after)] == [case.pk]
        assert erase_confirmed(after) == [], "once"
        sealing.seal_pending()
        assert list(sealing.verify()) == []
        assert found_anywhere(old) == set()
        assert only_here
        assert not any(default_storage.exists(name) for name in only_here)
        assert default_storage.exists(taken_over), "what another case keeps stays"
        person.refresh_from_db()
        assert (person.sex, person.birth_date.month, person.birth_date.day) == ("f", 1, 1)  # type: ignore[union-attr]
        assert case.timeline.count() == acts + 1
        item = DisposalItem.objects.get(case=case)
        assert item.erased_at == after
        assert item.rows > 10
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), count(new) FROM audit.change WHERE case_id = %s", [case.pk])
            recorded, with_content = cursor.fetchone()
        assert recorded > 50
        assert with_content <= 1, "the item itself is noted after the erasure"
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE audit.change SET actor_id = 999 WHERE id = "
                "(SELECT max(id) FROM audit.change WHERE case_id = %s AND content IS NOT NULL) RETURNING id",
                [case.pk],
            )
            (touched,) = cursor.fetchone()
        assert [(broken.reason, broken.row_id) for broken in sealing.verify()] == [("altered", touched)]
        assert Person.objects.filter(places__case=kept).exclude(last_name="—").exists()


@pytest.mark.django_db
def test_the_editor_confirms_a_term_with_its_act() -> None:
    client = sign_in(Client(headers={"accept-language": "ru"}), make_membership(Role.MINISTRY_EDITOR))
    row = RetentionRule.objects.get(kind="supported")
    with clock.at(NOON):
        page = client.get(reverse("reference-row", args=("retention", row.pk)))
        assert page.status_code == 200
        url = reverse("reference-change", args=("retention", row.pk))
        form = client.get(url).context["form"]
        typed = {
            "years": "0",
            "confirmed": "on",
            "valid_from": "01.01.2027",
            "act_number": "17-қ",
            "act_date": f"{NOON:%d.%m.%Y}",
            "seen": form["seen"].value() or "",
        }
        wrong = client.post(url, typed)
        assert wrong.status_code == 400
        assert "от 1 до 100" in wrong.content.decode()
        preview = client.post(url, typed | {"years": "7"})
        if preview.status_code == 200:
            again = preview.context["form"]
            done = client.post(
                url, typed | {"years": "7", "confirm": "1", "seen": again["seen"].value() or ""}
            )
            assert done.status_code == 302
    new = RetentionRule.objects.get(kind="supported", valid_from=date(2027, 1, 1))
    assert (new.years, new.confirmed) == (7, True)
    row.refresh_from_db()
    assert (row.years, row.confirmed, row.valid_to) == (10, False, date(2026, 12, 31))

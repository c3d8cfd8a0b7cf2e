"""The blind indexes follow another key: whole, taken up again where it stopped, and never with a wrong key."""

from __future__ import annotations

import base64
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.test import override_settings

from cases.actions.submissions import Card, submit_signal
from cases.models import FamilyCard, Person
from family_support.access.models import Barred
from family_support.accounts.models import MachineClient, User
from family_support.accounts.roles import Role
from family_support.agenda.actions import give_link
from family_support.agenda.models import CalendarFeed
from family_support.audit.context import acting
from family_support.base import rotation
from family_support.base.actor import SYSTEM
from family_support.base.crypto import blind_index
from family_support.base.key_fingerprints import WrongKeysError, refuse_wrong_keys
from family_support.base.personal_data import GONE, personal_models
from tests.factories import NOON, a_case_with_consent, a_center, an_iin
from tests.machines import a_machine, actor_of
from tests.protection.test_erasing import as_owner

OLD = configured.BLIND_INDEX_KEY
NEW, WRONG = (base64.b64encode(bytes([number]) * 32).decode() for number in (7, 9))


def rotate(new: str = NEW, old: str = OLD, batch: int = 1) -> str:
    told = StringIO()
    with override_settings(BLIND_INDEX_KEY=new, BLIND_INDEX_KEY_OLD=old):
        call_command("rotate_blind_index", batch=batch, stdout=told)
    return told.getvalue()


def refused(match: str, **keys: str) -> None:
    with pytest.raises(CommandError, match=match):
        rotate(**keys)


def stored() -> dict[str, list[Any]]:
    return {
        index.name: list(
            apps.get_model(index.model)._base_manager.order_by("pk").values_list(index.column, flat=True)
        )
        for index in rotation.indexes()
    }


def test_every_column_of_indexes_follows() -> None:
    """What looks like one is registered, so that no new one is forgotten."""
    known = {index.name for index in rotation.indexes()} | {name for name, _forget in rotation.forgotten()}
    found = {
        f"{model._meta.label}.{column.name}"
        for model in personal_models()
        for column in model._meta.local_concrete_fields
        if column.name.endswith(("_index", "_indexes"))
    }
    assert found <= known
    assert len(rotation.indexes()) >= 6


def test_a_rotation_from_end_to_end(own_database: str) -> None:
    place = a_center("ROT01")
    case = a_case_with_consent(place)
    machine = a_machine(MachineClient.Door.STATE_SYSTEM).machine
    district = place.center.district
    district.kato = "719920000"
    with acting(SYSTEM):
        district.save()
    card = Card("DFC-1", "D", district.kato, NOON.date(), [{"iin": an_iin(), "role": "head"}])
    say = {"machine": machine, "card": card, "by": actor_of(machine), "now": NOON}
    first = submit_signal(**say)
    worker = place.by(Role.CASEWORKER)
    give_link(by=worker, now=NOON)
    person = Person.objects.filter(places__case=case).exclude(iin_index="").earliest("pk")
    with acting(SYSTEM):
        user = User.objects.earliest("pk")
        user.set_iin(str(person.iin))
        user.save()
        barred = Barred(case_id=case.pk, relation="муж", noted_by=case.lead, noted_at=NOON)
        barred.set_iin(str(person.iin))
        barred.save()
        erased = Barred(case_id=case.pk, iin=GONE, iin_index="e" * 64, relation=GONE, noted_at=NOON)
        erased.noted_by = case.lead
        erased.save()
    before = stored()
    refused("owner")
    with as_owner():
        refused("OLD is not the key", old=WRONG)
        refused("no key is set", old="")
        assert stored() == before, "nothing was begun"
        # A row of neither key stops it half-way, and by name.
        with acting(SYSTEM):
            Person.objects.filter(pk=person.pk).update(iin_index="d" * 64)
        refused(rf"cases.Person.iin_index of row {person.pk} was made with neither key")
        assert stored()["access.Barred.iin_index"] != before["access.Barred.iin_index"], "half of it is done"
        for key in (OLD, NEW):
            with override_settings(BLIND_INDEX_KEY=key), pytest.raises(WrongKeysError, match="unfinished"):
                refuse_wrong_keys()
        refused("unfinished leads to", new=WRONG)
        with acting(SYSTEM):
            Person.objects.filter(pk=person.pk).update(iin_index=blind_index(str(person.iin), "iin"))
        told = rotate()
        assert "access.Barred.iin_index: 0 rows" in told, "done before it stopped"
        assert "agenda.CalendarFeed.token_index: 1 ended" in told
        assert "already" in rotate()
    with override_settings(BLIND_INDEX_KEY=NEW):
        refuse_wrong_keys()
        after = stored()
        changed = {
            name for name in before for one, two in zip(before[name], after[name], strict=True) if one != two
        }
        assert changed == set(before), "every column had something to follow"
        assert Person.objects.filter(iin_index=blind_index(str(person.iin), "iin")).exists()
        assert User.objects.get(pk=user.pk).iin_index == Barred.objects.get(pk=barred.pk).iin_index
        assert Barred.objects.get(pk=erased.pk).iin_index == "e" * 64
        assert FamilyCard.objects.get().family_index == FamilyCard.index_of("DFC-1")
        assert not CalendarFeed.objects.in_force().exists()
        assert submit_signal(**say) == first, "the same card is still known"
    with override_settings(BLIND_INDEX_KEY=OLD), pytest.raises(WrongKeysError, match="BLIND_INDEX_KEY"):
        refuse_wrong_keys()

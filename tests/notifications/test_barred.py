"""Who is put on the barred list later is not reminded of the case by what was told before (security.md)."""

from __future__ import annotations

import pytest

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.errors import Missing
from family_support.notifications.actions import mark_all_read, mark_read, notify
from family_support.notifications.models import Notice
from family_support.notifications.queries import of_actor, unread_count
from tests.factories import NOON, a_case, a_center
from tests.mobile_groups.samples import bar

pytestmark = pytest.mark.django_db
IIN = "850615300129"


def test_old_notices_of_a_case_are_gone_for_who_is_barred_from_it() -> None:
    place = a_center()
    case, other = a_case(place, team=True), a_case(place, team=True)
    director = place.by(Role.DIRECTOR)
    with acting(SYSTEM, reason="test"):
        Notice.objects.all().delete()
        for each in (case.pk, other.pk, None):
            subject = ("cases.case", each or 0)
            notify([director.membership_id or 0], "threat.flagged", subject=subject, case_id=each, now=NOON)
    assert unread_count(director) == 3
    barred = bar(director, case, IIN)
    assert [notice.case_id for notice in of_actor(barred)] == [None, other.pk]
    assert unread_count(barred) == 2
    hidden = Notice.objects.get(recipient_id=director.membership_id, case_id=case.pk)
    with pytest.raises(Missing):
        mark_read(notice_id=hidden.pk, by=barred, now=NOON)
    assert mark_all_read(by=barred, now=NOON) == 2

"""Somebody of a Center is away now, somebody else will be, and one came back earlier than planned."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from family_support.accounts.absence_actions import end_absence, record_absence
from family_support.accounts.models import Absence
from family_support.accounts.roles import Role
from family_support.base.clock import local_date
from family_support.demo.stories import Setting
from family_support.demo.time import Diary, Story


def absence_story(setting: Setting, now: datetime) -> Story:
    """A case manager is on leave for these days and a colleague stands in; the lawyer goes on a trip next week."""
    today = local_date(now)
    # Draws of its own: the other stories stay as they are.
    diary = Diary(setting.diary.calendar, Random(setting.staffed.center.pk))  # noqa: S311 - invented data
    _first, second, third = setting.staffed.people[Role.CASEWORKER]
    lawyer, social = setting.staffed.first(Role.LAWYER), setting.staffed.first(Role.SOCIAL_WORKER)
    moment = diary.at(today - timedelta(days=40))
    yield moment
    sick = record_absence(
        membership=social,
        substitute=lawyer,
        starts_on=local_date(moment),
        ends_on=local_date(moment) + timedelta(days=14),
        reason=Absence.Reason.SICK,
        by=setting.actor(Role.HEAD_ACCOMPANIMENT),
        now=moment,
    )
    moment = diary.after(moment, 4)
    yield moment
    end_absence(absence=sick, by=setting.actor(Role.DIRECTOR), now=moment)
    moment = diary.at(today - timedelta(days=6))
    yield moment
    by = setting.actor(Role.DIRECTOR)
    record_absence(
        membership=third,
        substitute=second,
        starts_on=today - timedelta(days=3),
        ends_on=today + timedelta(days=11),
        reason=Absence.Reason.LEAVE,
        order_number="14-к",
        by=by,
        now=moment,
    )
    record_absence(
        membership=lawyer,
        substitute=setting.staffed.first(Role.PSYCHOLOGIST),
        starts_on=today + timedelta(days=7),
        ends_on=today + timedelta(days=9),
        reason=Absence.Reason.TRIP,
        order_number="15-к",
        by=by,
        now=moment,
    )

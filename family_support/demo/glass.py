"""Emergency access to restricted cases: one that was reviewed, one that waits; and an account that was noticed."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.db import connection

from cases.actions.glass import break_into
from cases.models import Case, TeamMember
from family_support.access.models import CaseOpening
from family_support.access.reads import log_read
from family_support.accounts.actions import add_membership
from family_support.accounts.actors import load_actor
from family_support.accounts.factor_reset_actions import ask_reset
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.demo.stories import Setting
from family_support.demo.time import Diary, Story
from family_support.oversight.actions import decide_review
from family_support.oversight.models import GlassReview, LookAlert
from family_support.oversight.unsigned import alarm_unsigned
from family_support.oversight.watch import OUT_OF_HOURS_CASES, raise_alert

TOLD = (
    (CaseOpening.Glass.TEAM_AWAY, "Женщина пришла с детьми без документов, ведущая на выезде и не отвечает."),
    (CaseOpening.Glass.LIFE, "Звонок соседей: муж у дверей, нужны указания по безопасности для дежурных."),
)
JUST_NOW = timedelta(minutes=5)
# The log of reads takes no moment but the database's: of the past access it holds nothing, and that is what was found.
FOUND = (
    "Директор Центра подтвердил: ведущая была на выезде. Она перезвонила через несколько минут и приняла семью сама, "
    "поэтому в деле ничего не открыто."
)


def glass_story(setting: Setting, now: datetime) -> Story:
    """The glass broken twice in the last days, by somebody outside the team."""
    diary = Diary(setting.diary.calendar, Random(setting.staffed.center.pk))  # noqa: S311 - invented data
    for days, (code, reason) in zip((7, 0), TOLD, strict=True):
        # The read log takes the database's own time: only what runs now can be seen to be looked through.
        moment = diary.at(local_date(now) - timedelta(days=days), 17) if days else now - JUST_NOW
        yield moment
        found = _case_and_colleague(setting, moment)
        if found is None:
            return
        case, by = found
        opening = break_into(find=case.number, code=code, reason=reason, proved_at=moment, by=by, now=moment)
        if not days:
            log_read(by, case.pk, "case")
            raise_alert(
                LookAlert.Kind.OUT_OF_HOURS,
                by.membership_id or 0,
                f"{local_date(moment)}",
                OUT_OF_HOURS_CASES + 2,
                moment,
            )
            return
        officer = Membership.objects.filter(role=Role.SECURITY_OFFICER).order_by("pk").first()
        moment = diary.after(moment, 1)
        yield moment
        reviewer = load_actor(officer, moment) if officer else None
        if reviewer is not None:
            review = GlassReview.objects.get(opening=opening)
            decide_review(
                review=review,
                decision=GlassReview.Decision.JUSTIFIED,
                note=FOUND,
                by=reviewer,
                now=moment,
            )


def _case_and_colleague(setting: Setting, now: datetime) -> tuple[Case, Actor] | None:
    """The newest restricted case that somebody leads, and a psychologist or lawyer who is not of its team."""
    rows = Case.objects.open().filter(center=setting.staffed.center, restricted=True, lead__isnull=False)
    for case in rows.order_by("-opened_at", "-pk")[:20]:
        team = set(TeamMember.objects.filter(case=case, ends_at=None).values_list("membership_id", flat=True))
        for role in (Role.PSYCHOLOGIST, Role.LAWYER, Role.SOCIAL_WORKER):
            for person in setting.staffed.people[role]:
                actor = load_actor(person, now) if person.pk not in team else None
                if actor is not None and Case.objects.behind_glass(actor).filter(pk=case.pk).exists():
                    return case, actor
    return None


def beside_the_product() -> None:
    """One change that nobody signed, as somebody at the database's console makes it: the security officer's task."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET theme = 'light' WHERE id = (SELECT user_id FROM accounts_membership "
            "WHERE role = %s ORDER BY id LIMIT 1)",
            [Role.MINISTRY_ANALYST],
        )
    alarm_unsigned(clock.now())


def role_asked(now: datetime) -> None:
    """The administrator gave the ministry's editor an administrator's role and asks for the reset of the analyst's second
    factor; the security officer has to agree to both."""
    first = Membership.objects.order_by("pk").select_related("user")
    admin, editor = (
        first.filter(role=Role.SYSTEM_ADMIN).first(),
        first.filter(role=Role.MINISTRY_EDITOR).first(),
    )
    by = load_actor(admin, now) if admin is not None else None
    if by is not None and editor is not None:
        add_membership(user=editor.user, role=Role.SYSTEM_ADMIN, starts_on=local_date(now), by=by, now=now)
    analyst = first.filter(role=Role.MINISTRY_ANALYST).first()
    if by is not None and analyst is not None:
        text = "Пришла лично с удостоверением личности; телефон утерян, заявление в деле кадров."
        ask_reset(user=analyst.user, identity_check=text, by=by, now=now)

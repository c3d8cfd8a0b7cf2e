"""What this app tells the apps below it: sentences, acts, blockers, tab, constraints."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.board import register_panel
from cases.closing import Blocker, register_blocker
from cases.models import Case
from cases.page import Act, Tab, register_act, register_day_tile, register_tab
from cases.timeline import register_kind
from family_support.access import subjects
from family_support.accounts.roles import WORKERS
from family_support.base.actor import Actor
from family_support.base.database_errors import register_constraint
from family_support.deadlines.models import Deadline
from family_support.ui import navigation
from family_support.ui.components import Tile
from family_support.ui.navigation import NavItem
from shelter.actions.admitting import THIRD_NOTICE
from shelter.actions.locking import PLACE_TAKEN
from shelter.board import places_panel
from shelter.models import MinorNotice, Stay
from shelter.permissions import SEEING_BOARD, can_place


def register() -> None:
    """Called once, when the applications are ready."""
    _timeline()
    _constraints()
    subjects.register("shelter.stay", _("Temporary stay"), url_name="stay")
    subjects.register("shelter.minornotice", _("Notice about a minor"), url_name="minor-notice")
    register_tab(Tab("stay", _("Stay"), "case-stay", 70))
    register_act("stay_limit", to_check_out)
    register_act("exit_plan", to_exit_plan)
    for kind in MinorNotice.Kind.values:
        register_act(f"minor_notice_{kind}", to_send)
    register_day_tile(waiting_for_director, waiting_tile)
    register_panel(30, places_panel)
    register_blocker(open_stays)
    register_blocker(missing_notices)
    register_blocker(unexplained_overstays)
    navigation.register(
        NavItem(
            _("Shelter"),
            "shelter-board",
            "building-community",
            SEEING_BOARD,
            40,
            ("shelter", "stay", "minor-notice"),
        )
    )


def waiting_for_director(actor: Actor) -> QuerySet | None:
    """Stays that wait for the director's reason: new episodes and those longer than a month."""
    return Stay.objects.supervised_by(actor).waiting_for_director() if actor.is_director else None


def waiting_tile(count: int) -> Tile:
    """My day of the director."""
    return Tile(
        count, _("Stays wait for your reason"), "home", "red" if count else "grey", reverse("stay-list")
    )


def open_stays(case: Case) -> list[Blocker]:
    """A place reserved or lived in keeps the case open (states.md, blockers of closing)."""
    if Stay.objects.active().filter(case=case).exists():
        return [Blocker(_("a temporary stay is open"), reverse("case-stay", args=(case.pk,)))]
    return []


def missing_notices(case: Case) -> list[Blocker]:
    """A case cannot close with a notice missing (R256 26; rules.md 6.10)."""
    count = MinorNotice.objects.missing().filter(stay__case=case).count()
    if not count:
        return []
    text = ngettext_lazy(
        "%(count)d notice about a minor is not sent", "%(count)d notices about a minor are not sent", count
    ) % {"count": count}
    return [Blocker(text, reverse("case-stay", args=(case.pk,)))]


def unexplained_overstays(case: Case) -> list[Blocker]:
    """An overstay is never silently allowed: the director's reason is recorded before the case ends."""
    if Stay.objects.filter(case=case, overstay_at__isnull=False, overstay_reason="").exists():
        text = _("the director's reason for the stay longer than a month is missing")
        return [Blocker(text, reverse("case-stay", args=(case.pk,)))]
    return []


def to_check_out(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not can_place(actor, case):
        return None
    return Act(_("To the stay"), reverse("stay", args=(deadline.subject_id,)), "home")


def to_exit_plan(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if not can_place(actor, case):
        return None
    return Act(_("Write the exit plan"), reverse("stay-exit-plan", args=(deadline.subject_id,)), "route")


def to_send(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if actor.role not in WORKERS or not can_place(actor, case):
        return None
    return Act(_("To the notice"), reverse("minor-notice", args=(deadline.subject_id,)), "send")


def _timeline() -> None:
    to_whom = {"addressee": lambda code: MinorNotice.Kind(code).label}
    register_kind("stay.reserved", _("Place of temporary stay reserved"), icon="home", tone="blue")
    register_kind("stay.cancelled", _("Reservation of a place cancelled"), icon="x")
    register_kind("stay.allowed", _("The head allowed a new stay"), icon="check", tone="green")
    register_kind("stay.admitted", _("Admitted to temporary stay"), icon="home", tone="green")
    register_kind("stay.minor", _("A child came to the stay"), icon="user-plus", tone="orange")
    register_kind("stay.exit_plan", _("Exit plan written"), icon="route", tone="blue")
    register_kind("stay.overstay", _("The stay is longer than a month"), icon="alert-triangle", tone="red")
    register_kind(
        "stay.overstay_explained", _("The director stated the reason of the longer stay"), icon="check"
    )
    register_kind("stay.checked_out", _("Checked out of temporary stay"), icon="logout", tone="green")
    register_kind(
        "notice.sent", _("Notice about a minor sent: {addressee}"), icon="send", tone="green", names=to_whom
    )
    register_kind(
        "notice.received", _("Notice about a minor received: {addressee}"), icon="check", names=to_whom
    )
    register_kind(
        "notice.missing",
        _("Notice about a minor is not sent: the director was told again ({addressee})"),
        icon="bell",
        tone="red",
        names=to_whom,
    )
    register_kind(
        "notice.registered",
        _("Notice about a minor registered: {addressee}"),
        icon="circle-check",
        tone="green",
        names=to_whom,
    )


def _constraints() -> None:
    register_constraint("stay_place_not_twice", PLACE_TAKEN, code="place_taken")
    register_constraint("stay_one_resident_a_place", PLACE_TAKEN, code="place_taken")
    register_constraint("stay_episode_once", _("This person has a place already."), code="stay_active")
    register_constraint(
        "resident_of_one_stay", _("One of these people lives in another stay."), code="resident_elsewhere"
    )
    register_constraint("resident_once_a_stay", _("This person lives in this stay already."))
    register_constraint("notice_once_a_kind", THIRD_NOTICE, code="notice_exists")
    register_constraint("shelter_name_once", _("The Center has a house with this name already."))
    register_constraint("place_name_once", _("The house has a place with this name already."))

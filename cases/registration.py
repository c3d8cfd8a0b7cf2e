"""What the app says of itself to the ground apps; called when the applications are ready."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.absences import restricted_left
from cases.board import people_panel, register_panel
from cases.closing import Blocker, register_blocker, register_ground
from cases.models import Case, Intake, IntakeTransfer, ViolenceSupport
from cases.page import Act, Tab, register_act, register_day_tile, register_tab
from cases.permissions import DAY_ROLES, LIST_ROLES
from cases.queues import files_of_intakes, waiting, waiting_tile
from cases.readings import kind_names
from cases.scope import CaseScope
from cases.timeline import register_kind
from family_support.access import subjects
from family_support.access.scopes import register_attachment_rule, register_case_scope
from family_support.access.subjects import CaseLine
from family_support.accounts.absence_queries import register_left_behind
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.database_errors import register_constraint
from family_support.base.rotation import register_index
from family_support.deadlines.models import Deadline
from family_support.oversight.permissions import BREAKING
from family_support.ui import navigation
from family_support.ui.navigation import MenuItem, NavItem


def register() -> None:
    register_case_scope(CaseScope())
    subjects.register_case_lines(case_lines)
    _subjects()
    _constraints()
    _indexes()
    _kinds()
    _tabs_and_acts()
    _navigation()
    register_blocker(pending_transfer)
    register_ground(
        Case.Closing.TRANSFERRED,
        was_transferred,
        _("Propose the transfer on the page of the intake: the case closes when the other Center accepts."),
    )
    register_attachment_rule(files_of_intakes)
    register_day_tile(waiting, waiting_tile)
    register_left_behind(restricted_left)
    register_panel(20, people_panel)


def case_lines(case_ids: Collection[int], actor: Actor) -> Mapping[int, CaseLine]:
    """Number and address of those of the cases that the actor sees listed: one query."""
    rows = (
        Case.objects.listed_to(actor).filter(pk__in=set(case_ids)).values_list("pk", "number", "restricted")
    )
    return {pk: CaseLine(number, reverse("case", args=(pk,)), restricted) for pk, number, restricted in rows}


def pending_transfer(case: Case) -> list[Blocker]:
    """An offer to another Center is answered or withdrawn before the case ends otherwise."""
    waiting = IntakeTransfer.objects.pending().filter(case=case).first()
    if waiting is None:
        return []
    return [Blocker(_("a transfer waits for an answer"), reverse("transfer", args=(waiting.pk,)))]


def was_transferred(case: Case) -> bool:
    """Before support a case leaves only with its intake; later the director closes it with the reason."""
    return case.stage != Case.Stage.INTAKE


def _subjects() -> None:
    subjects.register("cases.case", _("Case"), url_name="case")
    subjects.register("cases.list", _("Cases"), lambda key: reverse("case-list"))
    subjects.register("deadlines.recount", _("Calendar"), lambda key: reverse("my-day"))
    subjects.register("cases.intake", _("Intake (appeal)"), url_name="intake")
    subjects.register("cases.intaketransfer", _("Transfer of an intake"), url_name="transfer")
    subjects.register("cases.consent", _("Consent"), url_name="consent")
    subjects.register("cases.threat", _("Threat to life or health"))
    subjects.register("cases.consultation", _("Consultation"))
    subjects.register("cases.violencerecord", _("Record of signs of violence"))
    subjects.register("cases.readings", _("Who read this case"), url_name="case-readings")
    subjects.register_names("reading", kind_names)
    subjects.register("cases.casemember", _("Family member"))


def _indexes() -> None:
    register_index("cases.Person", "iin_index", "iin", lambda person: person.iin)
    register_index("cases.Person", "phone_index", "phone", lambda person: person.phone)
    register_index("cases.FamilyCard", "family_index", "family_card", lambda card: card.family_id)
    register_index("cases.FamilyCard", "member_indexes", "iin", lambda card: card.iins_of(card.members))


def _constraints() -> None:
    register_constraint("case_member_once", _("This person is in the family already."))
    register_constraint("case_one_applicant", _("The case has an applicant already."))
    register_constraint(
        "consent_one_in_force", _("This person has been asked, or has given consent, already.")
    )
    register_constraint("team_member_once", _("This person is on the team already."))
    register_constraint("team_one_lead", _("Somebody has just become the lead of this case."))
    register_constraint("family_card_once_a_day", _("This card was sent already."))
    register_constraint(
        "transfer_pending_once",
        _("A transfer of this case waits for an answer already."),
        code="transfer_pending",
    )
    register_constraint(
        "threat_open_once", _("A threat is flagged in this case already."), code="threat_open"
    )
    register_constraint(
        "violence_open_once", _("Signs of violence are noted in this case already."), code="violence_noted"
    )


def _kinds() -> None:
    channel = {"channel": lambda code: Intake.Channel(code).label}
    register_kind(
        "intake.registered", _("Intake registered: {channel}"), icon="inbox", tone="blue", names=channel
    )
    register_kind(
        "intake.file_added", _("The sender added a file to the request"), icon="paperclip", tone="blue"
    )
    register_kind("intake.attached", _("Repeat intake: {channel}"), icon="inbox", tone="blue", names=channel)
    register_kind("transfer.proposed", _("Transfer proposed: {center}"), icon="send", tone="blue")
    register_kind("transfer.accepted", _("Transfer accepted: {center}"), icon="check", tone="green")
    register_kind("transfer.declined", _("Transfer declined: {center}"), icon="x", tone="orange")
    register_kind("transfer.withdrawn", _("Transfer withdrawn: {center}"), icon="arrow-back-up")
    register_kind("consent.given", _("Consent given"), icon="signature", tone="green")
    register_kind("consent.refused", _("Consent refused"), icon="ban", tone="orange")
    register_kind("consent.withdrawn", _("Consent withdrawn"), icon="ban", tone="orange")
    register_kind("consent.settled", _("Withdrawal of consent settled"), icon="check")
    register_kind("consent.expired", _("Consent expired"), icon="hourglass", tone="yellow")
    register_kind("consultation.consultation", _("Consultation held"), icon="message", tone="green")
    register_kind(
        "consultation.redirection", _("Redirected to a body or organization"), icon="send", tone="green"
    )
    register_kind("consultation.not_needed", _("Recorded: no consultation needed"), icon="minus")
    register_kind("person.added", _("Family member added"), icon="user-plus")
    register_kind("person.changed", _("Data of a family member changed"), icon="edit")
    register_kind("person.barred", _("A person was put on the barred list"), icon="lock", tone="red")
    register_kind("team.lead", _("Responsible worker assigned"), icon="user-check")
    register_kind("team.added", _("Worker put on the team"), icon="user-plus")
    register_kind("team.removed", _("Worker left the team"), icon="user")
    register_kind("team.granted", _("Access to the restricted case granted"), icon="key", tone="orange")
    register_kind("team.grant_ended", _("Access to the restricted case ended"), icon="key")
    register_kind("case.assessment", _("The case went on to assessment"), icon="clipboard-list", tone="blue")
    register_kind("case.planning", _("The case went on to planning"), icon="list-check", tone="blue")
    register_kind("case.support", _("Plan in force: support begun"), icon="heart-handshake", tone="green")
    register_kind(
        "case.closed",
        _("Case closed: {closing}"),
        icon="archive",
        names={"closing": lambda code: Case.Closing(code).label},
    )
    register_kind(
        "case.risk",
        _("Risk assessed: {risk}"),
        icon="alert-triangle",
        tone="orange",
        names={"risk": lambda code: Case.Risk(code).label},
    )
    register_kind(
        "case.restricted",
        _("Case restricted: {restriction}"),
        icon="lock",
        tone="orange",
        names={"restriction": lambda code: Case.Restriction(code).label},
    )
    register_kind("threat.flagged", _("Threat to life or health flagged"), icon="alarm", tone="red")
    register_kind(
        "threat.responded", _("The response to the threat is over"), icon="shield-check", tone="green"
    )
    register_kind(
        "violence.noted", _("Signs of domestic violence noted"), icon="shield-exclamation", tone="red"
    )
    register_kind(
        "violence.support",
        _("Support given: {support}"),
        icon="heart-handshake",
        tone="green",
        names={"support": lambda code: ViolenceSupport.Kind(code).label},
    )
    register_kind(
        "violence.identified", _("Domestic violence identified"), icon="clipboard-check", tone="red"
    )
    register_kind("violence.not_identified", _("Domestic violence not identified"), icon="clipboard-check")
    register_kind("glass.broken", _("Opened in an emergency"), icon="lock-open", tone="red")
    register_kind("glass.ended", _("Emergency access ended"), icon="lock")
    register_kind("document.added", _("Document added"), icon="paperclip")


def _tabs_and_acts() -> None:
    register_tab(Tab("timeline", _("Timeline"), "case", 10))
    register_tab(Tab("people", _("People and consent"), "case-people", 20))
    register_tab(Tab("violence", _("Signs of violence"), "case-violence", 60))
    register_tab(Tab("documents", _("Documents"), "case-documents", 80))
    register_tab(Tab("history", _("History"), "case-history", 90))
    register_act("consultation", consult)
    register_act("violence_redirection", redirect_for_services)
    register_act("consent_withdrawal", settle)


def consult(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if actor.role not in WORKERS:
        return None
    return Act(
        _("Record the consultation"), reverse("consultation-new", args=(deadline.subject_id,)), "message"
    )


def redirect_for_services(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if actor.role not in WORKERS:
        return None
    return Act(
        _("Record the redirection"),
        f"{reverse('case-consultation', args=(case.pk,))}?kind=redirection",
        "send",
    )


def settle(deadline: Deadline, case: Case, actor: Actor) -> Act | None:
    if actor.role not in WORKERS:
        return None
    return Act(_("Settle the withdrawal"), reverse("consent", args=(deadline.subject_id,)), "check")


def _navigation() -> None:
    navigation.register_menu(
        MenuItem(_("Reassign cases"), "cases-reassign", "arrows-exchange", UNIT_HEADS | {Role.DIRECTOR})
    )
    navigation.register_menu(
        MenuItem(_("Emergency access"), "emergency-access", "lock-open", BREAKING, order=55)
    )
    navigation.register(NavItem(_("My day"), "my-day", "home", DAY_ROLES, 10))
    heads = UNIT_HEADS | {Role.DIRECTOR}
    navigation.register(NavItem(_("The Center"), "center-board", "chart-bar", heads, 12))
    navigation.register(
        NavItem(_("Cases"), "case-list", "folders", LIST_ROLES, 20, ("case", "consent", "consultation"))
    )
    navigation.register(NavItem(_("Intakes"), "intake-list", "inbox", LIST_ROLES, 15, ("intake", "transfer")))
    navigation.register(
        NavItem(_("To the Center"), "sent-list", "send", {Role.AGENCY_OFFICER}, 20, ("sent",))
    )

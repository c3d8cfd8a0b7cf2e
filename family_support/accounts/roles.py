"""The roles of rules.md section 2, and the organizations each belongs to."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    INTAKE_CLERK = "intake_clerk", _("Intake clerk")
    CASEWORKER = "caseworker", _("Case manager")
    PSYCHOLOGIST = "psychologist", _("Psychologist")
    LAWYER = "lawyer", _("Lawyer")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    DIRECTOR = "director", _("Director")
    HEAD_ACCOMPANIMENT = "head_accompaniment", _("Head of the accompaniment unit")
    HEAD_METHODOLOGY = "head_methodology", _("Head of the methodology unit")
    METHODOLOGIST = "methodologist", _("Methodologist")
    CENTER_ANALYST = "center_analyst", _("Center analyst")
    AGENCY_OFFICER = "agency_officer", _("Agency officer")
    BODY_ADMIN = "body_admin", _("Body administrator")
    GROUP_MEMBER = "group_member", _("Mobile-group member")
    COORDINATOR = "coordinator", _("District coordinator")
    MINISTRY_ANALYST = "ministry_analyst", _("Ministry analyst")
    MINISTRY_EDITOR = "ministry_editor", _("Ministry editor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_OFFICER = "security_officer", _("Security officer")
    MACHINE = "machine", _("Machine channel")


WORKERS = frozenset({Role.CASEWORKER, Role.PSYCHOLOGIST, Role.LAWYER, Role.SOCIAL_WORKER})
UNIT_HEADS = frozenset({Role.HEAD_ACCOMPANIMENT, Role.HEAD_METHODOLOGY})
METHODOLOGY = frozenset({Role.HEAD_METHODOLOGY, Role.METHODOLOGIST, Role.CENTER_ANALYST})
CENTER_ROLES = frozenset({Role.INTAKE_CLERK, Role.DIRECTOR}) | WORKERS | UNIT_HEADS | METHODOLOGY
AGENCY_ROLES = frozenset({Role.AGENCY_OFFICER, Role.BODY_ADMIN, Role.GROUP_MEMBER, Role.COORDINATOR})
MINISTRY_ROLES = frozenset({Role.MINISTRY_ANALYST, Role.MINISTRY_EDITOR})
OPERATOR_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER, Role.MACHINE})
# Roles over accounts and over the audit: the security officer agrees before they begin.
NEEDS_APPROVAL = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER})
# Whoever sits at a page: a machine never does, it calls the API.
EVERYBODY = frozenset(Role) - {Role.MACHINE}

# Who can stand in for an absent colleague of the same Center or body: a role that has the same functions. Positions may
# stand in for one another (note to the annex of R256). Nobody is the director but by order: `ActingDirector`.
STANDS_IN: dict[str, frozenset[Role]] = {
    **dict.fromkeys(WORKERS, WORKERS),
    Role.INTAKE_CLERK: WORKERS | {Role.INTAKE_CLERK},
    Role.HEAD_ACCOMPANIMENT: WORKERS | UNIT_HEADS,
    Role.HEAD_METHODOLOGY: METHODOLOGY | UNIT_HEADS,
    Role.METHODOLOGIST: METHODOLOGY,
    Role.CENTER_ANALYST: METHODOLOGY,
    Role.AGENCY_OFFICER: frozenset({Role.AGENCY_OFFICER}),
}

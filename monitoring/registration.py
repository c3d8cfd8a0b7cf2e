"""What the app says of itself to the ground apps; called when the applications are ready."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.access import subjects
from family_support.access.scopes import register_attachment_rule
from family_support.accounts.roles import Role
from family_support.base.database_errors import register_constraint
from family_support.ui import navigation
from family_support.ui.navigation import NavItem
from monitoring import papers
from monitoring.actions import EVENT_SUBJECT, NOTE_SUBJECT, ROUNDUP_SUBJECT, SENT_SUBJECT, SUBJECT
from monitoring.models import READERS
from monitoring.queries import files_of_own_unit


def register() -> None:
    papers.register()
    register_attachment_rule(files_of_own_unit)
    subjects.register(SUBJECT, _("Quarterly report"), url_name="quarter")
    subjects.register(SENT_SUBJECT, _("Quarterly report"), url_name="ministry-report")
    subjects.register(ROUNDUP_SUBJECT, _("Roundup of the quarter"), url_name="ministry-region")
    subjects.register(EVENT_SUBJECT, _("Event"), url_name="event")
    subjects.register(NOTE_SUBJECT, _("Analytic note"), url_name="note")
    _constraints()
    _navigation()


def _constraints() -> None:
    register_constraint(
        "quarter_frozen",
        _("The figures of this quarter are frozen. Later entries appear only as corrections."),
        code="quarter_frozen",
    )
    register_constraint("annex_number_once", _("Another annex has just been issued. Open the page again."))
    register_constraint("roundup_once", _("This roundup has just been drawn up. Open the page again."))


def _navigation() -> None:
    for item in (
        NavItem(_("Reports"), "quarter-list", "file-spreadsheet", READERS, 60, ("quarter",)),
        NavItem(pgettext_lazy("outreach", "Events"), "event-list", "calendar-event", READERS, 62, ("event",)),
        NavItem(_("Notes"), "note-list", "notes", READERS, 64, ("note",)),
        NavItem(
            _("Quarterly reports"),
            "ministry",
            "file-spreadsheet",
            {Role.MINISTRY_ANALYST},
            10,
            ("ministry", "note"),
        ),
        NavItem(
            _("Reports of the district"),
            "district-reports",
            "file-spreadsheet",
            {Role.COORDINATOR},
            60,
            ("district-report",),
        ),
    ):
        navigation.register(item)

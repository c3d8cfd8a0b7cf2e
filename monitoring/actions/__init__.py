"""What happens to a Center's quarter, its events and notes, and the roundups of region and country."""

from monitoring.actions.corrections import issue_annex
from monitoring.actions.outreach import (
    EVENT_SUBJECT,
    NOTE_SUBJECT,
    EventData,
    NoteData,
    add_materials,
    cancel_event,
    change_event,
    hold_event,
    plan_event,
    send_note,
    write_note,
)
from monitoring.actions.quarter import (
    SENT_SUBJECT,
    SUBJECT,
    compute_figures,
    open_quarter,
    quarter_of,
    receive_quarter,
    request_file,
    send_quarter,
    sign_quarter,
    write_conclusion,
)
from monitoring.actions.roundups import ROUNDUP_SUBJECT, draw_up_roundups, request_roundup_file
from monitoring.actions.shortcomings import (
    accept_proposal,
    add_shortcoming,
    dismiss_proposal,
    remove_shortcoming,
)

__all__ = [
    "EVENT_SUBJECT",
    "EventData",
    "NOTE_SUBJECT",
    "NoteData",
    "ROUNDUP_SUBJECT",
    "SENT_SUBJECT",
    "SUBJECT",
    "accept_proposal",
    "add_materials",
    "add_shortcoming",
    "cancel_event",
    "change_event",
    "compute_figures",
    "dismiss_proposal",
    "draw_up_roundups",
    "hold_event",
    "issue_annex",
    "open_quarter",
    "plan_event",
    "quarter_of",
    "receive_quarter",
    "remove_shortcoming",
    "request_file",
    "request_roundup_file",
    "send_note",
    "send_quarter",
    "sign_quarter",
    "write_conclusion",
    "write_note",
]

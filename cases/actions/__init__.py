"""What people do with intakes, consents, consultations, cases, families and teams: one function a use case."""

from cases.actions.consents import (
    ask_consent,
    expire_consents,
    give_consent,
    record_consent,
    refuse_consent,
    settle_withdrawal,
    withdraw_consent,
)
from cases.actions.consultations import record_consultation
from cases.actions.documents import add_document
from cases.actions.doors import ask_for_help, send_to_center
from cases.actions.drafts import drop_draft, forget_drafts, open_draft, save_draft
from cases.actions.files import add_to_request, add_to_submission
from cases.actions.intakes import receive_intake, refuse_intake, register_intake, register_received
from cases.actions.people import PersonData, add_member, change_member
from cases.actions.sources import Source
from cases.actions.steps import (
    begin_assessment,
    close_case,
    end_threat,
    flag_threat,
    restrict,
    set_risk,
    to_planning,
    to_support,
)
from cases.actions.submissions import Call, Card, submit_intake, submit_signal
from cases.actions.team import (
    add_to_team,
    assign,
    assign_lead,
    bar_person,
    end_grant,
    grant_access,
    reassign_cases,
    remove_from_team,
    take_case,
)
from cases.actions.transfers import accept_transfer, decline_transfer, propose_transfer, withdraw_transfer
from cases.actions.violence import note_violence, record_identification, record_support

__all__ = [
    "Call",
    "Card",
    "PersonData",
    "Source",
    "accept_transfer",
    "add_document",
    "add_member",
    "add_to_team",
    "ask_consent",
    "add_to_request",
    "add_to_submission",
    "ask_for_help",
    "assign",
    "assign_lead",
    "bar_person",
    "begin_assessment",
    "change_member",
    "close_case",
    "decline_transfer",
    "drop_draft",
    "end_grant",
    "end_threat",
    "expire_consents",
    "flag_threat",
    "forget_drafts",
    "give_consent",
    "grant_access",
    "open_draft",
    "propose_transfer",
    "note_violence",
    "receive_intake",
    "record_consent",
    "record_consultation",
    "record_identification",
    "record_support",
    "refuse_consent",
    "refuse_intake",
    "register_intake",
    "register_received",
    "reassign_cases",
    "remove_from_team",
    "restrict",
    "set_risk",
    "settle_withdrawal",
    "save_draft",
    "send_to_center",
    "submit_intake",
    "submit_signal",
    "take_case",
    "to_planning",
    "to_support",
    "withdraw_consent",
    "withdraw_transfer",
]

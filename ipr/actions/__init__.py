"""Use cases of the individual work plan."""

from ipr.actions.approving import approve_plan, return_plan
from ipr.actions.content import (
    put_family_measure,
    put_measure,
    put_participant,
    remove_family_measure,
    remove_measure,
    remove_participant,
)
from ipr.actions.ending import complete_plan, mark_family_measure
from ipr.actions.next_plan import start_next_plan
from ipr.actions.signing import freeze_version, record_signature, thaw_version
from ipr.actions.termination import DecisionData, propose_end, recall_proposal, refuse_end, terminate_plan
from ipr.actions.versions import IN_WORK, amend_plan, change_version, discard_version, rework_plan, start_plan

__all__ = [
    "IN_WORK",
    "DecisionData",
    "amend_plan",
    "approve_plan",
    "change_version",
    "complete_plan",
    "discard_version",
    "freeze_version",
    "mark_family_measure",
    "propose_end",
    "put_family_measure",
    "put_measure",
    "put_participant",
    "recall_proposal",
    "record_signature",
    "refuse_end",
    "remove_family_measure",
    "remove_measure",
    "remove_participant",
    "return_plan",
    "rework_plan",
    "start_next_plan",
    "start_plan",
    "terminate_plan",
    "thaw_version",
]

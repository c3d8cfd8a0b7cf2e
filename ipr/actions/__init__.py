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
from ipr.actions.ending import complete_plan, mark_family_measure, terminate_plan
from ipr.actions.signing import freeze_version, record_signature, thaw_version
from ipr.actions.versions import IN_WORK, amend_plan, change_version, discard_version, rework_plan, start_plan

__all__ = [
    "IN_WORK",
    "amend_plan",
    "approve_plan",
    "change_version",
    "complete_plan",
    "discard_version",
    "freeze_version",
    "mark_family_measure",
    "put_family_measure",
    "put_measure",
    "put_participant",
    "record_signature",
    "remove_family_measure",
    "remove_measure",
    "remove_participant",
    "return_plan",
    "rework_plan",
    "start_plan",
    "terminate_plan",
    "thaw_version",
]

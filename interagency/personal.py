"""What the work with bodies holds: the part of a case that a body was given, and what it reported."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Handoff": fields(text="held_reason", none="failure"),
    "Task": fields(
        text="snapshot:json changes:json center_note declined_reason closed_reason",
        none="due_on",
    ),
    "TaskReport": fields(text="text lowered_risks", none="provided_on"),
    "ServiceNorm": fields(none="code clause_kk clause_ru clause_en"),
    "Review": fields(text="reason", none="norm new_due_on"),
    "BodyDigest": fields(none="on"),
}

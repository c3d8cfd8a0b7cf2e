"""What plans hold: what is to be done for whom, and who took part."""

from family_support.base.personal_data import fields

PERSONAL = {
    "MeasureTemplate": fields(none="code act valid_from valid_to"),
    "Plan": fields(text="termination_note", none="ended_on"),
    "PlanVersion": fields(text="goal reason", none="starts_on ends_on content_hash"),
    "EndProposal": fields(text="evidence answer_reason"),
    "EndDecision": fields(text="text", none="number decided_on"),
    "Measure": fields(text="text goal", none="starts_on due_on"),
    "FamilyMeasure": fields(text="text evidence", none="starts_on due_on"),
    "Participant": fields(identity="name:full_name", none="organization took_part_on", staff="name"),
    "Signature": fields(none="signed_on content_hash"),
    "Approval": fields(text="reason"),
}

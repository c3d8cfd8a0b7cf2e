"""What terms hold: moments, and a reason in words where somebody ended one."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Term": fields(
        none="code act clause_kk clause_ru clause_en start_event_kk start_event_ru start_event_en warnings escalation "
        "valid_from valid_to"
    ),
    "Deadline": fields(text="reason", none="code subject_type explanation schedule"),
    "DeadlineChange": fields(text="note", none="code_before explanation_before"),
    "Heartbeat": fields(none="name"),
    "Recount": fields(none="note first_day last_day"),
}

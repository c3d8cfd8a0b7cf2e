"""What cases hold about the people of a family, about who told, and about violence."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Case": fields(
        identity="family_name:family family_key:name_key",
        violence="threat_at:code restriction:code",
        text="risk_reason closing_note instruction",
        none="number",
    ),
    "CaseGrant": fields(text="reason"),
    "Person": fields(
        identity="last_name:last_name first_name:first_name patronymic:patronymic name_key:name_key birth_date:birth "
        "sex:code iin:iin iin_index:iin_index place_of_study:place education:place work:place",
        contact="phone:phone phone_index:phone_index safe_contact:code safe_contact_note address:address",
        health="health_note",
    ),
    "CaseMember": fields(identity="relation:code lives_together:code"),
    "Consent": fields(text="reason settlement", none="operator_name operator_bin signed_on valid_until data"),
    "IntakeDraft": fields(text="content"),
    "Intake": fields(
        identity="sender_name:full_name",
        contact="contact:phone link",
        violence="violence:code threat:code minor_at_risk:code about:code",
        text="said refusal_reason",
        none="number letter_number letter_date seen_on reference slip_code",
        reporter="sender_name contact link said",
    ),
    "Consultation": fields(text="summary reason"),
    "IntakeTransfer": fields(text="reason answer"),
    "Submission": fields(none="reference"),
    "FamilyCard": fields(
        identity="family_id:number family_index:index members member_indexes:index",
        none="card_date kato body_hash",
    ),
    "Threat": fields(violence="note response"),
    "TimelineEntry": fields(none="kind subject_type params"),
    "ViolenceRecord": fields(violence="signs result_note source:code", none="result_on"),
    "ViolenceSupport": fields(violence="note kind:code", none="given_on"),
}

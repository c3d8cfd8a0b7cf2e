"""What assessments hold: how the family lives, its health, its income, its dangers."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Ground": fields(none="code help_kk help_ru help_en forms act valid_from valid_to"),
    "Assessment": fields(
        health="health_note",
        violence="safety_note",
        text="situation housing:code housing_note income_month:sum income_note children_note strengths_note "
        "own_means_note risk_reason response_measures conclusion",
        none="visited_on",
    ),
    "AssessmentGround": fields(text="note", none="form"),
    "ImmediateMeasure": fields(text="text responsible:full_name", staff="responsible"),
    "Need": fields(text="text"),
}

"""What oversight holds: what a reviewer wrote about an opening or an unusual look."""

from family_support.base.personal_data import fields

PERSONAL = {
    "GlassReview": fields(text="note", none="case_hint"),
    "LookAlert": fields(text="note", none="period"),
}

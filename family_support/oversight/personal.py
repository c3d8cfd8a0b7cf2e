"""What oversight holds: what a reviewer wrote about an opening or an unusual look."""

from family_support.base.personal_data import fields

PERSONAL = {
    "GlassReview": fields(text="note", none="case_hint"),
    "LookAlert": fields(text="note", none="period"),
    "UnsignedChanges": fields(text="note", none="tables transactions"),
    "Trail": fields(none="table_name row_id operation role request_id fields"),
}

"""What the calendar holds: days."""

from family_support.base.personal_data import fields

PERSONAL = {
    "CalendarVersion": fields(none="note order_number order_date"),
    "CalendarDay": fields(none="date moved_from order_number order_date"),
    "CenterHours": fields(none="valid_from order_number order_date"),
}

"""What events hold: keys of rows."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Event": fields(none="type payload"),
    "Delivery": fields(none="handler last_error"),
}

"""What oversight holds: what the security officer wrote about an unusual look at a case."""

from family_support.base.personal_data import fields

PERSONAL = {
    "LookAlert": fields(text="note", none="period"),
}

"""What the exceptions of access and the read log hold about people."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Barred": fields(violence="iin:iin iin_index:iin_index relation"),
    "CaseOpening": fields(text="reason"),
    "ReadEntry": fields(text="reason", none="what"),
}

"""What the protection of data holds itself: why a case is kept."""

from family_support.base.personal_data import fields

PERSONAL = {
    "LegalHold": fields(text="reason"),
    "DisposalItem": fields(none="due_on"),
}

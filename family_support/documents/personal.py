"""What files hold: scans of signed papers and whatever people attach."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Attachment": fields(text="file:file name", none="subject_type content_type sha256"),
    "Rendering": fields(text="file:file", none="subject_type language sha256 error"),
}

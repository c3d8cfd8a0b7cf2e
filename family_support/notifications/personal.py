"""What notices hold: codes and keys, the words are made when they are read; mail has no content at rest."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Notice": fields(none="kind subject_type params"),
    "Digest": fields(none="on"),
    "Mail": fields(none="message_id error"),
}

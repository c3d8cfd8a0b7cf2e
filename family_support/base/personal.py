"""What the ground tables hold: no person."""

from family_support.base.personal_data import fields

PERSONAL = {
    "AllowedTransition": fields(none="table field source target"),
    "IdempotencyKey": fields(none="action body_hash subject"),
    "KeyFingerprint": fields(none="name fingerprint"),
}

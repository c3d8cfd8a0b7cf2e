"""What the directory holds: bodies, no people; the one mailbox of a head is a worker's contact."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Region": fields(none="kato"),
    "District": fields(none="code kato"),
    "Center": fields(none="code bin address phone"),
    "Sector": fields(none="code"),
    "Agency": fields(contact="head_email:email", none="bin address phone", staff="head_email"),
    "StateService": fields(none="code"),
}

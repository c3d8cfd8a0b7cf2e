"""What accounts hold about the people who work here."""

from family_support.base.personal_data import fields

PERSONAL = {
    "User": fields(
        identity="last_name:last_name first_name:first_name patronymic:patronymic iin:iin iin_index:iin_index",
        contact="email:email",
        none="password",
        staff="last_name first_name patronymic iin iin_index email",
    ),
    "Membership": fields(none="starts_on ends_on"),
    "ActingDirector": fields(none="order_number order_date starts_on ends_on"),
    # Why somebody is away may be illness.
    "Absence": fields(health="reason:code", none="order_number starts_on ends_on", staff="reason"),
    "FactorReset": fields(text="identity_check reason", staff="identity_check reason"),
    "MachineClient": fields(none="name disabled_reason"),
    # The words for a device tell nobody apart; the key opens a session and is emptied with it.
    "SignIn": fields(none="session_key browser system"),
}

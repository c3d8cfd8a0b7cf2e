"""What the shelter holds: where it is, who stays there and why."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Shelter": fields(contact="address:address phone:phone", none="name"),
    "Place": fields(text="note", none="name"),
    "Stay": fields(
        violence="basis:code going:code leaving:code exit_going:code exit_plan leaving_note",
        text="cancel_reason episode_note allowed_reason overstay_reason",
        none="referral_number referral_on application_on last_day",
    ),
    "MinorNotice": fields(none="number received_on registration_number registered_on"),
}

"""What mobile groups hold: their members, and where and why they went."""

from family_support.base.personal_data import fields

PERSONAL = {
    "MobileGroup": fields(none="order_number order_date issued_by"),
    "GroupMember": fields(identity="name:full_name", contact="phone:phone", none="post", staff="name phone"),
    "Alarm": fields(violence="violence:code minor_at_risk:code brief outcome:code", text="engaged_instead"),
    "ResponsePlan": fields(text="goal ended_reason"),
    "ResponseMeasure": fields(text="text mark_note", none="due_on"),
    "Visit": fields(
        contact="place:address",
        violence="result:code",
        text="purpose protocol cancelled_reason",
    ),
    "VisitMember": fields(identity="name:full_name", none="post", staff="name"),
}

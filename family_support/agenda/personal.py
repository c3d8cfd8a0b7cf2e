"""What calendars of a phone hold: no person, a token's index."""

from family_support.base.personal_data import fields

PERSONAL = {"CalendarFeed": fields(none="token_index")}

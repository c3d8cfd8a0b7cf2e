"""What the history holds: everything that any field ever held, so both sides of a change are free text."""

from family_support.base.personal_data import fields

PERSONAL = {
    "Change": fields(
        text="old:json new:json reason", none="txid table_name row_id operation role request_id"
    ),
}

"""When the run begins by its moved clock; Django is not set up yet."""

from datetime import UTC, datetime

# 09:00 in Almaty, some days before new year; 2028 has a 29 February.
BEGINS = datetime(2027, 12, 27, 4, 0, tzinfo=UTC)

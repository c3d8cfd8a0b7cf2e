"""When a change of the reference data may begin: pure functions (ADR 17)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Invalid

ONE_DAY = timedelta(days=1)
ACT = re.compile(r"^№ (?P<number>.+), (?P<date>\d\d\.\d\d\.\d{4})$")
MISSING: dict[str, Any] = {
    "kk": _("Write it in Kazakh too: all three languages are obligatory."),
    "ru": _("Write it in Russian too: all three languages are obligatory."),
    "en": _("Write it in English too: all three languages are obligatory."),
}


def earliest_start(today: date, counted_on: date | None) -> date:
    """The first day on which a change may take effect.

    Tomorrow: what happens today is counted with the row in force today. Later where an event of a later day has been
    counted already (a request received after hours is registered on the next working day).
    """
    return max(today, counted_on or today) + ONE_DAY


def check_start(valid_from: date, earliest: date, today: date) -> None:
    """Raise Invalid for a change that would reach back over what was counted already."""
    if valid_from >= earliest:
        return
    day = f"{earliest:%d.%m.%Y}"
    if valid_from <= today:
        text = _(
            "A change takes effect from tomorrow at the earliest: what has happened was counted with the row in "
            "force. The earliest day is %(day)s."
        )
        raise Invalid("in_the_past", fields={"valid_from": text % {"day": day}})
    text = _("Events of that day have been counted with the present row. The earliest day is %(day)s.")
    raise Invalid("counted_already", fields={"valid_from": text % {"day": day}})


def check_act(number: str, act_date: date | None, valid_from: date, today: date) -> str:
    """The act as it is kept, "№ 12-НҚ, 03.12.2026". Raises Invalid where number or date are missing or impossible."""
    number = number.strip().removeprefix("№").strip()
    if not number:
        raise Invalid("act_missing", fields={"act_number": _("Give the number of the act.")})
    if act_date is None:
        raise Invalid("act_missing", fields={"act_date": _("Give the date of the act.")})
    if act_date > today:
        raise Invalid("act_in_future", fields={"act_date": _("The act's date cannot be later than today.")})
    if valid_from < act_date:
        raise Invalid(
            "before_act", fields={"valid_from": _("It cannot take effect before the act was signed.")}
        )
    return f"№ {number}, {act_date:%d.%m.%Y}"


def check_texts(content: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise Invalid for each text that is missing in one of its languages."""
    gaps = {
        f"{name}_{language}": MISSING[language]
        for name in names
        for language in MISSING
        if not str(content.get(f"{name}_{language}", "")).strip()
    }
    if gaps:
        raise Invalid("language_missing", fields=gaps)


def act_parts(act: str) -> tuple[str, str]:
    """Number and date of an act kept as text, for a form; empty where it is worded otherwise."""
    found = ACT.match(act)
    return (found["number"], found["date"]) if found else ("", "")

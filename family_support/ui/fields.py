"""Form fields with the product's widgets and messages."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from family_support.ui import widgets

DAY_FORMATS = ["%d.%m.%Y", "%Y-%m-%d"]
MOMENT_FORMATS = ["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]


class DayField(forms.DateField):
    """A calendar day, typed ДД.ММ.ГГГГ."""

    widget = widgets.DateInput
    default_error_messages = {
        "invalid": _("There is no such date. Type it as DD.MM.YYYY, for example 27.03.2026.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("DD.MM.YYYY"))
        super().__init__(input_formats=DAY_FORMATS, **kwargs)


class MomentField(forms.DateTimeField):
    """A moment of the product's time zone, typed ДД.ММ.ГГГГ ЧЧ:ММ."""

    widget = widgets.MomentInput
    default_error_messages = {
        "invalid": _("There is no such moment. Type it as DD.MM.YYYY HH:MM, for example 27.03.2026 14:30.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("DD.MM.YYYY HH:MM"))
        super().__init__(input_formats=MOMENT_FORMATS, **kwargs)


class YesNoField(forms.TypedChoiceField):
    """A question that has to be answered: yes and no are both answers, nothing is preselected."""

    widget = widgets.RadioList

    def __init__(self, **kwargs: Any) -> None:
        coerce: Callable[[Any], Any] = lambda value: value == "yes"  # noqa: E731
        super().__init__(choices=widgets.YES_NO, coerce=coerce, empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """True and False, as models keep them, are the choices "yes" and "no"."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class TextField(forms.CharField):
    """Several lines of text, stripped, with a limit of characters that a counter shows."""

    def __init__(self, *, max_length: int = 4000, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", widgets.LongText(rows=rows, limit=max_length))
        super().__init__(max_length=max_length, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength in HTML: a browser would cut pasted text silently, the server refuses it aloud."""
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs

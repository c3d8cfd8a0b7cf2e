"""Widgets of the product: they work as plain HTML and get better with the script."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

Attrs = dict[str, Any] | None


class DateInput(forms.DateInput):
    """A text field ДД.ММ.ГГГГ with a button that opens the browser's own calendar."""

    template_name = "ui/widgets/date.html"

    def __init__(self, attrs: Attrs = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})}, format="%d.%m.%Y")


class MomentInput(forms.DateTimeInput):
    """A text field ДД.ММ.ГГГГ ЧЧ:ММ."""

    def __init__(self, attrs: Attrs = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})}, format="%d.%m.%Y %H:%M")


class IinInput(forms.TextInput):
    """Twelve digits; a valid number fills the birth date and the sex fields, whose names are given."""

    def __init__(self, attrs: Attrs = None, *, birth: str = "birth_date", sex: str = "sex") -> None:
        fixed = {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false", "data-iin": True}
        super().__init__({**fixed, "data-birth": birth, "data-sex": sex, **(attrs or {})})


class PhoneInput(forms.TextInput):
    """A telephone number as people write it."""

    input_type = "tel"

    def __init__(self, attrs: Attrs = None) -> None:
        super().__init__({"autocomplete": "off", "placeholder": "+7 7XX XXX XX XX", **(attrs or {})})


class SearchSelect(forms.Select):
    """A long list with a search in it."""

    def __init__(self, attrs: Attrs = None, choices: Any = ()) -> None:
        super().__init__({"data-search": True, **(attrs or {})}, choices)


class SearchSelectMultiple(forms.SelectMultiple):
    """A long list of which several are chosen."""

    def __init__(self, attrs: Attrs = None, choices: Any = ()) -> None:
        super().__init__({"data-search": True, **(attrs or {})}, choices)


class RadioList(forms.RadioSelect):
    """A few choices, all visible."""


class CheckList(forms.CheckboxSelectMultiple):
    """A few choices, all visible, of which several may be taken."""


class LongText(forms.Textarea):
    """Several lines; with ``limit`` a counter of characters stands under the field."""

    def __init__(self, attrs: Attrs = None, *, rows: int = 4, limit: int | None = None) -> None:
        counted = {"data-counter": True, "data-limit": limit} if limit else {}
        super().__init__({"rows": rows, **counted, **(attrs or {})})


class FileInput(forms.FileInput):
    """One file of a kind the attachments accept."""

    def __init__(self, attrs: Attrs = None, *, accept: str = ".pdf,.jpg,.jpeg,.png") -> None:
        super().__init__({"accept": accept, **(attrs or {})})


YES_NO = (("yes", _("Yes")), ("no", _("No")))

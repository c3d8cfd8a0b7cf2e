"""Base classes of forms: fields only, rendered by crispy inside the page's own <form>."""

from __future__ import annotations

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _


class HelperMixin:
    """A crispy helper without a form tag; override ``layout()`` to arrange the fields."""

    # The browser's own bubbles speak its language and hide our summary: the server checks and says it.
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == "---------":
                field.empty_label = "—"  # the same as in every other list of choices

    def full_clean(self) -> None:
        """As Django does; a file that came with a refused form has to be chosen once more."""
        super().full_clean()  # type: ignore[misc]
        self.ask_for_files()

    def ask_for_files(self) -> None:
        """Say it at the field: the page that comes back cannot hold the file, and would be sent without it."""
        if not self.errors:  # type: ignore[attr-defined]
            return
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            given = isinstance(field, forms.FileField) and self.files.get(self.add_prefix(name))  # type: ignore[attr-defined]
            if given and name not in self.errors:  # type: ignore[attr-defined]
                self.add_error(name, _("Choose the file once more."))  # type: ignore[attr-defined]

    def layout(self) -> Layout | None:
        """The arrangement of the fields; None puts them one under another."""
        return None

    def _leave_unchosen(self) -> None:
        """A list that has to be chosen from opens on nothing: its first line is no answer that anybody gave."""
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            if type(field) is not forms.ChoiceField or type(field.widget) is not forms.Select:
                continue
            offered = list(field.widget.choices)
            given = self.get_initial_for_field(field, name)  # type: ignore[attr-defined]
            if field.required and len(offered) > 1 and given in (None, "") and offered[0][0] != "":
                field.widget.choices = [("", "—"), *offered]

    @property
    def helper(self) -> FormHelper:
        """What ``{% form_fields form %}`` renders the form with."""
        self._leave_unchosen()
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        helper.render_hidden_fields = True
        layout = self.layout()
        if layout is not None:
            helper.layout = layout
        return helper


class Form(HelperMixin, forms.Form):
    """A form of the product."""


class ModelForm(HelperMixin, forms.ModelForm):
    """A form whose fields come from a model; it is never saved: the action gets its ``cleaned_data``."""

    def save(self, commit: bool = True) -> Any:
        """Forbidden: only actions write."""
        raise TypeError("Forms do not write: pass cleaned_data to an action.")


class VersionMixin(forms.Form):
    """The version of the record that the person saw; the action compares it (409 when it is stale)."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class KeyMixin(forms.Form):
    """A key that makes a second press of the button the same request, not a second record."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class ReasonForm(Form):
    """A change, return or refusal with its reason."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=5,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "data-counter": True}),
    )


class ConfirmForm(KeyMixin, VersionMixin, Form):
    """A step that only needs a "yes" on the page that says what will follow."""


class EmptyForm(Form):
    """A button: nothing but the CSRF token is sent."""

"""What the pages of accounts and the directory take; actions write."""

from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context, ratelimit
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.accounts.absence_queries import may_be_away, may_stand_in_for_somebody
from family_support.accounts.adapters import lockout_key
from family_support.accounts.models import LANGUAGES, LEAST_WORDS, Absence, MachineClient, Membership, User
from family_support.accounts.permissions import BODY_ADMIN_GIVES
from family_support.accounts.queries import may_stand_in
from family_support.accounts.roles import EVERYBODY, Role
from family_support.base.actor import Actor
from family_support.base.validators import validate_iin
from family_support.directory.models import Agency, Center
from family_support.ui.fields import DayField
from family_support.ui.forms import Form, KeyMixin, ReasonForm, VersionMixin
from family_support.ui.widgets import IinInput, RadioList, SearchSelect


# --- The second factor, under the same lockout as the password --------------------------------------------
class _OneLockout:
    """Wrong codes count on the account's one counter, so that both factors together allow five failures."""

    user: User
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """The code, if it is right and the account is not locked."""
        key = lockout_key(self.user.email)
        if not ratelimit.consume(context.request, action="login_failed", key=key):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        code: str = self.cleaned_data["code"]
        by_hand = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
        for authenticator in by_hand:
            if authenticator.wrap().validate_code(code):
                authenticator.user = self.user
                self.authenticator = authenticator
                ratelimit.clear(context.request, action="login_failed", key=key)
                return code
        raise get_mfa_adapter().validation_error("incorrect_code")


class CodeForm(_OneLockout, AuthenticateForm):
    """The code at sign-in."""


class CodeAgainForm(_OneLockout, ReauthenticateForm):
    """The code in a session that has not passed yet, or before a dangerous step."""


# --- Users ----------------------------------------------------------------------------------------------------
class UserSearch(Form):
    """A name or an e-mail: sent by POST, so that it stands in no address and no log."""

    q = forms.CharField(
        label=_("Name or e-mail"),
        min_length=2,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class FactorResetForm(Form):
    """Why the administrator is sure who asks."""

    identity_check = forms.CharField(
        label=_("How the identity was checked"),
        min_length=LEAST_WORDS,
        max_length=1000,
        help_text=_("For example: came in person with the identity card, known to the director."),
        widget=forms.Textarea(attrs={"rows": 3, "data-counter": True}),
    )


class UserFilter(Form):
    """The list's filter: nothing in it is personal, so it may stand in the address."""

    role = forms.ChoiceField(label=_("Role"), required=False)
    state = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=(
            ("", _("All")),
            ("open", pgettext_lazy("account", "Open")),
            ("closed", pgettext_lazy("account", "Closed")),
        ),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("All")), *role_choices(actor)]  # type: ignore[attr-defined]


def role_choices(actor: Actor) -> list[tuple[str, str]]:
    """The roles that the actor may give."""
    given = BODY_ADMIN_GIVES if actor.role == Role.BODY_ADMIN else EVERYBODY
    return [(role.value, str(role.label)) for role in Role if role in given]


class PersonForm(Form):
    """Who a person is."""

    last_name = forms.CharField(label=_("Last name"), max_length=100)
    first_name = forms.CharField(label=_("First name"), max_length=100)
    patronymic = forms.CharField(label=_("Patronymic"), max_length=100, required=False)
    email = forms.EmailField(label=_("E-mail"), help_text=_("The person signs in with it."))
    iin = forms.CharField(
        label=_("IIN"),
        max_length=12,
        widget=IinInput,
        help_text=_("Keeps the person out of cases about their own family."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="ru", widget=RadioList)

    def clean_iin(self) -> str:
        """Twelve digits with a right checksum."""
        iin: str = self.cleaned_data["iin"]
        if iin:
            validate_iin(iin)
        return iin


class UserForm(VersionMixin, PersonForm):
    """Correct an account; the number is never shown, an empty field leaves it as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["iin"].required = False
        self.fields["iin"].help_text = _("Leave it empty to keep the number on record.")


class MembershipForm(Form):
    """A role in an organization from a day to a day."""

    role = forms.ChoiceField(label=_("Role"))
    center = forms.ModelChoiceField(
        label=_("Center"), queryset=Center.objects.none(), required=False, widget=SearchSelect
    )
    agency = forms.ModelChoiceField(
        label=_("Body"), queryset=Agency.objects.none(), required=False, widget=SearchSelect
    )
    starts_on = DayField(label=pgettext_lazy("period", "From"))
    ends_on = DayField(label=pgettext_lazy("period", "Until"), required=False)

    def __init__(self, *args: Any, actor: Actor, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(actor)  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = today
        if actor.role == Role.BODY_ADMIN:
            del self.fields["center"]
            mine = Agency.objects.filter(pk=actor.agency_id or 0)
            self.fields["agency"].queryset = mine  # type: ignore[attr-defined]
            self.fields["agency"].initial = actor.agency_id
        else:
            self.fields["center"].queryset = Center.objects.active()  # type: ignore[attr-defined]
            self.fields["agency"].queryset = Agency.objects.active()  # type: ignore[attr-defined]


class NewUserForm(KeyMixin, MembershipForm, PersonForm):
    """An account with its first membership."""

    field_order = (
        "last_name",
        "first_name",
        "patronymic",
        "email",
        "iin",
        "language",
        "role",
        "center",
        "agency",
        "starts_on",
        "ends_on",
    )


class EndMembershipForm(Form):
    """The last day of a membership, with the reason."""

    ends_on = DayField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=500)


class ActingForm(Form):
    """Who stands in for the director, by which order, when."""

    membership: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Who stands in"), queryset=Membership.objects.none()
    )
    order_number = forms.CharField(label=_("Order number"), max_length=50)
    order_date = DayField(label=_("Order date"))
    starts_on = DayField(label=pgettext_lazy("period", "From"))
    ends_on = DayField(label=pgettext_lazy("period", "Until"))

    def __init__(self, *args: Any, center_id: int, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = may_stand_in(center_id, today)  # type: ignore[attr-defined]


class AbsenceForm(KeyMixin, Form):
    """Who is away, when and why, and who stands in."""

    membership: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Who is away"), queryset=Membership.objects.none()
    )
    substitute: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Who stands in"), queryset=Membership.objects.none()
    )
    starts_on = DayField(label=pgettext_lazy("period", "From"))
    ends_on = DayField(label=pgettext_lazy("period", "Until"), help_text=_("The last day of the absence."))
    reason = forms.ChoiceField(label=_("Reason"), choices=Absence.Reason.choices, widget=RadioList)
    order_number = forms.CharField(
        label=_("Order number"), max_length=50, required=False, help_text=_("If there is one.")
    )

    def __init__(self, *args: Any, actor: Actor, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = may_be_away(actor, today)  # type: ignore[attr-defined]
        self.fields["substitute"].queryset = may_stand_in_for_somebody(actor, today)  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = today

    def layout(self) -> Layout:
        """The days side by side."""
        return Layout(
            Row(Column("membership", css_class="col-md-6"), Column("substitute", css_class="col-md-6")),
            Row(Column("starts_on", css_class="col-md-6"), Column("ends_on", css_class="col-md-6")),
            "reason",
            "order_number",
        )


class SettingsForm(Form):
    """A person's own language and theme, and what comes by mail."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, widget=RadioList)
    theme = forms.ChoiceField(label=_("Colours"), choices=User.Theme.choices, widget=RadioList)
    notice_mail = forms.ChoiceField(
        label=_("Mail about notices that are not urgent"),
        choices=User.NoticeMail.choices,
        widget=RadioList,
        help_text=_("Urgent notices, of a threat to life or of a child, always come by mail at once."),
    )


# --- Programs ------------------------------------------------------------------------------------------------
class MachineForm(KeyMixin, Form):
    """A program that gets access to the API."""

    name = forms.CharField(
        label=_("Name of the system"),
        max_length=100,
        help_text=_("As the Centers see it beside what it sends, for example: Contact center 111."),
    )
    door = forms.ChoiceField(
        label=_("Channel"),
        choices=MachineClient.Door.choices,
        widget=RadioList,
        help_text=_("What it may send; cannot be changed later."),
    )


class MachineRotateForm(VersionMixin, Form):
    """A new secret: nothing but the version that the administrator saw."""


class MachineReasonForm(VersionMixin, ReasonForm):
    """Why a program loses its access or gets it back."""

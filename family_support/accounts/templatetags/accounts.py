"""Tags of the sign-in pages: `{% demo_sign_in %}`, `{% demo_code %}`, `{% state_sign_in %}`."""

from typing import Any

from django import template
from django.conf import settings

from family_support.accounts import demo
from family_support.accounts.views.own import demo_allowed
from family_support.base import clock

register = template.Library()


@register.inclusion_tag("accounts/demo_sign_in.html", takes_context=True)
def demo_sign_in(context: template.Context) -> dict[str, Any]:
    """Buttons that sign in by role, and what the ordinary form wants; nothing outside demo mode on this machine."""
    request = context["request"]
    found = demo.one_of_each_role(clock.today()) if demo_allowed(request) else []
    return {
        "accounts": [{"account": account, "code": demo.code_of(account.email)} for account in found],
        "password": demo.PASSWORD,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("accounts/demo_code.html", takes_context=True)
def demo_code(context: template.Context) -> dict[str, Any]:
    """The code that the second step asks a demo account for."""
    request = context["request"]
    form = context.get("form")
    user = getattr(form, "user", None)
    shown = demo_allowed(request) and user is not None and user.email.endswith(f"@{demo.DOMAIN}")
    return {"code": demo.code_of(user.email) if shown and user is not None else ""}


@register.inclusion_tag("accounts/state_sign_in.html", takes_context=True)
def state_sign_in(context: template.Context) -> dict[str, Any]:
    """The button to the state's sign-in; nothing where none is configured."""
    name = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
    return {"name": name, "csrf_token": context.get("csrf_token")}

"""Template tags and filters of every page; a builtin of the template engine, so no ``{% load %}`` is needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.template.defaultfilters import date as date_filter
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from family_support.ui import masking
from family_support.ui.components import Badge

register = template.Library()


# --- Icons and badges ----------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; decoration unless it has a ``label``. ``size``: "" (20 px), "sm", "lg"."""
    css = f"icon icon-{size}" if size else "icon"
    href = f"{static('dist/sprite.svg')}#i-{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', css, label, href
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>', css, href)


@register.simple_tag
def tag(text: Any, tone: str = "grey", icon_name: str = "", pill: bool = False) -> SafeString:
    """A short coloured mark."""
    return badge(Badge(str(text), tone, icon_name, pill))  # type: ignore[arg-type]


@register.simple_tag
def badge(mark: Any) -> SafeString:
    """A ``Badge`` (or anything with ``text`` and ``tone``); nothing for None."""
    if not mark:
        return SafeString("")
    css = "tag tag-pill" if getattr(mark, "pill", False) else "tag"
    name = getattr(mark, "icon", "")
    return format_html(
        '<span class="{} tone-{}">{}{}</span>', css, mark.tone, icon(name, "sm") if name else "", mark.text
    )


# --- Dates and times of the product's zone ----------------------------------------------------------------
def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(ZoneInfo(settings.TIME_ZONE))
    return value


@register.filter
def day(value: date | datetime | None) -> str:
    """ДД.ММ.ГГГГ in the product's zone; empty for None."""
    return f"{_local(value):%d.%m.%Y}" if value else ""


@register.filter
def short_day(value: date | datetime | None) -> str:
    """ДД.ММ in the product's zone."""
    return f"{_local(value):%d.%m}" if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """ЧЧ:ММ, 24 hours, in the product's zone."""
    return f"{_local(value):%H:%M}" if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """ДД.ММ.ГГГГ ЧЧ:ММ in the product's zone."""
    return f"{_local(value):%d.%m.%Y %H:%M}" if value else ""


@register.filter
def long_day(value: date | datetime | None) -> str:
    """Weekday and day: "Четверг, 12.03.2026"."""
    if not value:
        return ""
    local = _local(value)
    weekday = str(date_filter(local, "l"))
    return f"{weekday[:1].upper()}{weekday[1:]}, {local:%d.%m.%Y}"


@register.simple_tag
def timestamp(value: datetime | None) -> SafeString:
    """A moment for people and, in an attribute, for machines."""
    if not value:
        return SafeString("")
    return format_html('<time class="numbers" datetime="{}">{}</time>', value.isoformat(), moment(value))


# --- Masked personal data ------------------------------------------------------------------------------------
@register.filter
def unbroken(value: object) -> SafeString:
    """A number in a sentence of a paper: never divided at its hyphens."""
    return format_html('<span class="unbroken">{}</span>', value)


@register.filter
def initials(name: str) -> str:
    """Initials with dots."""
    return masking.initials(name or "")


@register.filter
def short_name(name: str) -> str:
    """Family name with initials."""
    return masking.short_name(name or "")


@register.filter
def avatar(name: str) -> str:
    """Two letters for an avatar."""
    return masking.letters(name or "")


@register.filter
def last_of_iin(iin: str) -> str:
    """Last four digits of an IIN."""
    return masking.last_of_iin(iin or "")


@register.filter
def last_of_phone(phone: Any) -> str:
    """Last two digits of a phone."""
    return masking.last_of_phone(str(phone or ""))


# --- Components --------------------------------------------------------------------------------------------------
@register.inclusion_tag("ui/tiles.html")
def tiles(items: Sequence[Any], label: str = "") -> dict[str, Any]:
    """A row of numbers that lead to the records behind them."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/summary.html")
def summary(rows: Sequence[Any]) -> dict[str, Any]:
    """A list of labels and values."""
    return {"rows": rows}


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: Sequence[Any]) -> dict[str, Any]:
    """What has happened, newest first, never the future."""
    return {"entries": entries}


@register.inclusion_tag("ui/stepper.html")
def stepper(steps: Sequence[Any], label: str = "") -> dict[str, Any]:
    """Stages with the current one marked."""
    return {"steps": steps, "label": label}


@register.inclusion_tag("ui/next_action.html", takes_context=True)
def next_action(context: template.Context, action: Any) -> dict[str, Any]:
    """The next required action with its clause, time left and one button."""
    return {"action": action, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[Any], label: str = "") -> dict[str, Any]:
    """Tabs as links."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/checks.html")
def checks(items: Sequence[Any]) -> dict[str, Any]:
    """A check list: done, started, to do, blocked with the reason."""
    return {"items": items}


@register.inclusion_tag("ui/empty.html")
def empty(
    title: str, text: str = "", url: str = "", button: str = "", icon_name: str = "inbox"
) -> dict[str, Any]:
    """An empty state that says what to do next."""
    return {"title": title, "text": text, "url": url, "button": button, "icon_name": icon_name}


@register.inclusion_tag("ui/risk_banner.html")
def risk_banner(title: str, text: str = "", url: str = "", link: str = "") -> dict[str, Any]:
    """A danger with its instruction, and where it is answered."""
    return {"title": title, "text": text, "url": url, "link": link}


@register.inclusion_tag("ui/notice.html")
def notice(text: str, tone: str = "blue", title: str = "") -> dict[str, Any]:
    """A remark inside a page."""
    names = {"red": "alert-triangle", "orange": "alert-triangle", "green": "circle-check"}
    return {"text": text, "tone": tone, "title": title, "icon_name": names.get(tone, "info-circle")}


@register.inclusion_tag("ui/chart.html")
def chart(item: Any, with_table: bool = True) -> dict[str, Any]:
    """A chart with its figures as a table, unless the page shows the same table anyway."""
    return {"chart": item, "with_table": with_table}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Links to the pages of a list; the other parameters of the address stay."""
    pages = list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))
    return {"page": page, "pages": pages, "parameter": parameter, "request": context.get("request")}


@register.simple_tag
def page_address(request: Any, parameter: str, value: Any) -> str:
    """The address of another page or order of the list, with the rest of the query kept."""
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query[parameter] = str(value)
    return f"?{query.urlencode()}"


# --- Forms ---------------------------------------------------------------------------------------------------------
def _first_id(field: BoundField) -> str:
    """The id of the element that gets the focus: the first choice of a radio list has its own."""
    return field.id_for_label or f"{field.auto_id}_0"


def _as_arranged(form: BaseForm) -> list[BoundField]:
    """The fields in the order in which they stand on the page."""
    layout = getattr(getattr(form, "helper", None), "layout", None)
    named = [pointer.name for pointer in layout.get_field_names()] if layout else []
    places = {name: place for place, name in enumerate(named)}
    return sorted(form, key=lambda bound: places.get(bound.name, len(places)))


def _errors_of(form: BaseForm) -> list[tuple[str, str, str]]:
    """(address, label, message) of each error, hidden fields and the form's own errors included."""
    lines = [("", "", str(text)) for text in form.non_field_errors()]
    for bound in _as_arranged(form):
        for text in bound.errors:
            if bound.is_hidden:
                lines.append(("", "", str(text)))
            else:
                lines.append((f"#{_first_id(bound)}", str(bound.label or ""), str(text)))
    return lines


@register.inclusion_tag("ui/error_summary.html")
def error_summary(*forms: BaseForm | BaseFormSet[Any]) -> dict[str, Any]:
    """All errors of the forms and formsets, with links to their fields; empty when there are none."""
    lines: list[tuple[str, str, str]] = []
    for item in forms:
        if isinstance(item, BaseFormSet):
            if item.is_bound:
                lines += [("", "", str(text)) for text in item.non_form_errors()]
                for form in item.forms:
                    lines += _errors_of(form)
        elif item is not None and item.is_bound:
            lines += _errors_of(item)
    return {"lines": lines}


@register.inclusion_tag("ui/form_fields.html", takes_context=True)
def form_fields(context: template.Context, form: BaseForm, summary: bool = True) -> dict[str, Any]:
    """The fields of a form, with the list of its errors above unless ``summary`` is false."""
    helper = getattr(form, "helper", None)
    if helper is None:
        helper = FormHelper(form)
        helper.form_tag, helper.disable_csrf, helper.include_media = False, True, False
    return {"form": form, "summary": summary, "fields": render_crispy_form(form, helper, {})}


@register.inclusion_tag("ui/filter_bar.html", takes_context=True)
def filter_bar(context: template.Context, form: BaseForm, target: str = "list") -> dict[str, Any]:
    """A GET form over a list: with htmx only the element with the id ``target`` changes."""
    action = context["request"].path
    return {"action": action, "target": target, **form_fields(context, form, summary=False)}


@register.inclusion_tag("ui/breadcrumbs.html")
def breadcrumbs(crumbs: Sequence[Any] | None) -> dict[str, Any]:
    """The way back: ``Crumb`` objects, the last one without an address."""
    return {"crumbs": crumbs}

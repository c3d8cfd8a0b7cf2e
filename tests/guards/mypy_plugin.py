"""Teaches mypy what our middlewares put on every request, as django-stubs does for `request.user`."""

from collections.abc import Callable

from mypy.nodes import MDEF, SymbolTableNode, Var
from mypy.plugin import AttributeContext, ClassDefContext, Plugin
from mypy.types import AnyType, Type, TypeOfAny

REQUEST = "django.http.request.HttpRequest"
# Attribute -> class of its value.
ADDED = {"actor": "family_support.base.actor.Actor", "htmx": "django_htmx.middleware.HtmxDetails"}


def _add(context: ClassDefContext) -> None:
    for name in ADDED:
        variable = Var(name, AnyType(TypeOfAny.special_form))
        variable.info = context.cls.info
        variable._fullname = f"{REQUEST}.{name}"
        context.cls.info.names[name] = SymbolTableNode(MDEF, variable, plugin_generated=True)


class RequestPlugin(Plugin):
    """Declares the attributes when the class is read and gives their types when they are used."""

    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        return _add if fullname == REQUEST else None

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        owner, _, name = fullname.rpartition(".")
        if name not in ADDED or owner not in {REQUEST, "django.core.handlers.wsgi.WSGIRequest"}:
            return None

        def typed(context: AttributeContext) -> Type:
            try:
                return context.api.named_generic_type(ADDED[name], [])
            except (AssertionError, KeyError):  # the class is not among the files being checked
                return context.default_attr_type

        return typed


def plugin(version: str) -> type[Plugin]:
    """mypy's entry point."""
    return RequestPlugin

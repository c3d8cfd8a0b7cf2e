"""Pages of `docs/` that are written from the code, so that they cannot lie.

An app adds a page in its `docs_pages.py` (imported by `manage.py write_docs` and by the test that compares):

    @page("states.md")
    def states() -> str:
        return "# States\\n..."
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from django.utils import translation
from django.utils.module_loading import autodiscover_modules

Writer = Callable[[], str]

# Pages whose source is a table of the tests: absent where the tests are not installed.
TEST_PAGES = ("tests.access.docs_page",)
MARK = "<!-- Written by `manage.py write_docs`: change the code, not this page. -->\n"

_pages: dict[str, Writer] = {}


def page(name: str) -> Callable[[Writer], Writer]:
    """Register the writer of `docs/<name>`; one page has one writer."""

    def register(writer: Writer) -> Writer:
        known = _pages.get(name)
        if known is not None and known.__module__ != writer.__module__:
            raise ValueError(f"{name} is written by {known.__module__} already")
        _pages[name] = writer
        return writer

    return register


def written() -> dict[str, str]:
    """Every page with its text, in English, by file name."""
    autodiscover_modules("docs_pages")
    for module in TEST_PAGES:
        if find_spec(module.partition(".")[0]) and find_spec(module):
            import_module(module)
    with translation.override("en"):
        return {name: f"{MARK}\n{_pages[name]().strip()}\n" for name in sorted(_pages)}

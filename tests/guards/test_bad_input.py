"""Where each bad input that the product promises to answer precisely has its test, by node id. A test that was renamed,
taken away or loses its case leaves its line here, which fails."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.guards.programs import ROOT

API = "cases/test_api_bad_input.py"
BODY, MEMBER, CARD, XML = (
    f"{API}::test_a_{name}"
    for name in ("body_that_cannot_be_read", "wrong_member", "wrong_card", "wrong_xml")
)
INTAKE = "cases/test_intakes.py::test_wrong_intake_names_its_field_and_leaves_nothing"
PERSON = "cases/test_intakes.py::test_wrong_person_names_its_field_and_echoes_nothing"
NARRATIVE = "cases/test_bad_narratives.py"
FILE = "documents/test_uploads.py::test_what_is_refused_and_why"
# What is wrong: where it is answered, at each door that it may come through.
ANSWERED: dict[str, tuple[str, ...]] = {
    # --- the form of what is sent
    "broken JSON": (f"{BODY}[broken]", f"{API}::test_broken_json_says_where"),
    "broken XML": (f"{XML}[broken]", f"{API}::test_broken_xml_says_where"),
    "XML that fetches or unfolds": (f"{XML}[a file]", f"{XML}[a billion laughs]"),
    "duplicate keys": (f"{BODY}[duplicate keys]",),
    "NaN and 1e400": (f"{BODY}[NaN]", f"{BODY}[1e400]"),
    "NUL": (
        f"{MEMBER}[null character]",
        f"{BODY}[raw null]",
        f"{INTAKE}[null]",
        f"{NARRATIVE}::test_hidden_signs_are_refused_on_their_field[null character]",
    ),
    "lone surrogates": (f"{MEMBER}[lone surrogate]", f"{MEMBER}[surrogate in a name]"),
    "1 000-deep nesting": (f"{BODY}[1000 deep]", f"{XML}[1000 deep]"),
    "too large a body": (
        f"{BODY}[too large]",
        f"{XML}[too large]",
        "ui/test_limits.py::test_a_body_without_files_has_a_limit_of_its_own",
        "ui/test_limits.py::test_a_form_larger_than_all_its_files_may_be_is_not_read",
    ),
    "a kind that is not read (415)": (f"{API}::test_a_kind_that_is_not_read",),
    "no sign-in (401)": (f"{API}::test_without_a_token",),
    "unknown fields set by the client": (
        f"{MEMBER}[center by its key]",
        f"{MEMBER}[status set]",
        "cases/test_pages.py::test_what_the_client_adds_is_ignored",
    ),
    "huge page sizes": ("cases/test_api_intakes.py::test_page_sizes_are_bounded",),
    "ordering and filters by personal fields": (
        "cases/test_api_intakes.py::test_no_orders_and_filters",
        "cases/test_hidden_intakes.py::test_no_order_tells_when_it_came",
    ),
    "the same key with another body (422)": (
        "cases/test_api_intakes.py::test_the_same_call_twice_makes_one_intake",
        "base/test_idempotency.py::test_another_body_user_action_or_key",
        f"{NARRATIVE}::test_a_used_key_with_other_words_is_422",
    ),
    "the same key in flight (409)": ("cases/test_api_parallel.py::test_the_same_key_in_flight_is_told",),
    "too often (429)": (
        f"{API}::test_a_thousand_calls_a_minute_are_slowed_down",
        "ui/test_limits.py::test_searching_too_often_is_slowed_down",
        "cases/test_ask.py::test_over_the_limit_the_page_names_the_numbers",
        "cases/test_request_files.py::test_codes_are_not_guessed_here",
    ),
    # --- people
    "IIN with 11 digits": (f"{MEMBER}[IIN of 11 digits]", f"{PERSON}[11 digits]"),
    "IIN with a wrong checksum": (f"{MEMBER}[IIN with a wrong checksum]", f"{PERSON}[checksum]"),
    "IIN against the birth date": (f"{MEMBER}[IIN against birth date]", f"{PERSON}[against the birth date]"),
    "Arabic-Indic digits": (f"{MEMBER}[IIN in Arabic-Indic digits]", f"{PERSON}[Arabic-Indic digits]"),
    "no IIN without a reason, an IIN with one": (
        f"{MEMBER}[neither IIN nor reason]",
        f"{MEMBER}[IIN and reason]",
        f"{PERSON}[neither IIN nor reason]",
        f"{PERSON}[IIN and a reason]",
    ),
    "Kazakh letters, hyphens, one-word names (taken)": (
        "cases/test_intakes.py::test_names_people_really_have[Әбдірахманқызы]",
        "cases/test_intakes.py::test_names_people_really_have[Салтыков-Щедрин]",
        f"{NARRATIVE}::test_a_name_of_one_word_is_kept_and_found",
        "base/test_names.py::test_order_of_the_kazakh_alphabet",
    ),
    "mixed Latin and Cyrillic": (f"{MEMBER}[mixed alphabets]", f"{PERSON}[mixed alphabets]"),
    "bidi override": (
        f"{MEMBER}[turned writing]",
        f"{INTAKE}[direction override]",
        f"{NARRATIVE}::test_hidden_signs_are_refused_on_their_field[turned writing]",
    ),
    "birth in 1850 or 2090": (
        f"{MEMBER}[born in 1850]",
        f"{MEMBER}[born in 2090]",
        f"{PERSON}[birth in 1850]",
        f"{PERSON}[birth in 2090]",
    ),
    "HTML and SQL in narratives": (
        f"{NARRATIVE}::test_it_is_kept_verbatim_and_inert",
        "assessments/test_assessment.py::test_markup_is_kept_verbatim",
        "ui/test_components.py::test_typed_text_stays_text",
        "documents/test_render.py::test_typed_markup_is_inert",
    ),
    # --- moments and states
    "naive and impossible moments": (f"{MEMBER}[naive moment]", f"{MEMBER}[impossible moment]"),
    "events in the future": (f"{MEMBER}[future]", f"{INTAKE}[future]", f"{CARD}[day to come]"),
    "a transition that the state forbids": (
        "cases/test_steps.py::test_consent_for_every_state_transition_and_role",
        "ipr/test_transitions.py::test_every_step_of_every_role",
        "interagency/test_transitions.py::test_tasks",
    ),
    "a stale version": (
        "cases/test_pages.py::test_stale_form_answers_409_with_the_typed_text",
        "ipr/test_pages.py::test_a_stale_form_answers_409_with_the_typed_text",
        "shelter/test_pages.py::test_a_stale_version_is_409",
    ),
    "two people, or two tabs, at one record": (
        "cases/test_steps.py::test_second_of_two_editors_gets_a_conflict",
        "cases/test_steps.py::test_second_of_two_editors_of_a_person_gets_a_conflict",
        "ipr/test_refusals.py::test_two_people_editing_at_once",
        "assessments/test_assessment.py::test_two_people_editing_at_once",
    ),
    "a double click": (
        "cases/test_pages.py::test_double_click_registers_once",
        "ipr/test_refusals.py::test_a_double_click_on_approve",
        "assessments/test_assessment.py::test_a_double_click_on_conclude",
    ),
    "a session that ended over typed text": (
        "ui/test_error_pages.py::test_a_form_sent_after_the_session_ended",
        "ui/test_error_pages.py::test_stale_token_gives_back_what_was_typed",
        "browser/test_sessions.py::test_a_session_goes_on_or_comes_back",
    ),
    # --- the path
    "hand-off without consent": (
        "interagency/test_work.py::test_without_consent_to_transfer_the_part_is_held",
    ),
    "hand-off without approval": ("interagency/test_work.py::test_nothing_goes_out_before_approval",),
    "a measure due outside the period or without a date": (
        "ipr/test_refusals.py::test_a_measure_due_outside_the_period_or_without_a_date",
    ),
    "approval by the author": (
        "ipr/test_refusals.py::test_the_author_does_not_approve_even_as_acting_director",
        "ipr/test_refusals.py::test_the_author_does_not_approve_through_another_membership",
    ),
    "a report on a foreign task": ("interagency/test_work.py::test_a_report_on_a_foreign_task_is_not_found",),
    "closing with open measures": (
        "ipr/test_refusals.py::test_completion_is_refused_while_something_is_open",
        "cases/test_steps.py::test_closing_needs_its_grounds",
    ),
    # --- the other apps
    "a stay with two bases or none": (
        "shelter/test_stays.py::test_two_bases_or_none_are_refused_on_the_field",
    ),
    "two clerks giving the last place": ("shelter/test_together.py::test_the_last_place_goes_to_one_of_two",),
    "a third notice": ("shelter/test_stays.py::test_a_third_notice_is_not_made",),
    "a visit that ended before it began": (
        "mobile_groups/test_plans_and_visits.py::test_visits_that_cannot_be",
    ),
    "a group without health": (
        "mobile_groups/test_pages.py::test_a_group_without_health_is_400_naming_the_sector",
    ),
    "an order for last year": (
        "mobile_groups/test_pages.py::test_an_order_for_last_year_is_400_on_its_field",
    ),
    "the 51st appeal that changes the band": ("staffing/test_bands.py::test_limits",),
    "a second freeze of a quarter": (
        "monitoring/test_corrections.py::test_a_second_freeze_is_refused_with_its_own_answer",
    ),
    "a transfer nobody accepts": (
        "cases/test_transfers.py::test_nobody_answers_is_told_to_both_directors_and_stays",
    ),
    # --- files
    "a .pdf that holds a program": (
        f"{FILE}[a program called .pdf]",
        f"{FILE}[a program behind a header of PDF]",
    ),
    "two kinds in one file": (
        f"{FILE}[a PDF that is an archive too]",
        "documents/test_uploads.py::test_what_hangs_behind_a_picture_does_not_go_along",
    ),
    "zip bombs": (
        f"{FILE}[a bomb in DOCX]",
        f"{FILE}[a bomb in XLSX]",
        "documents/test_uploads.py::test_what_an_archive_says_of_its_sizes_is_not_believed",
    ),
    "path-like names": ("documents/test_uploads.py::test_path_like_names_become_names",),
    "too large a file": (
        "documents/test_uploads.py::test_too_large_is_said_with_the_limit",
        "cases/test_request_files.py::test_too_large_too_many_and_closed",
    ),
    "a virus, or a scanner that does not answer": (
        "documents/test_viruses.py::test_its_exact_words_decide",
        "documents/test_viruses.py::test_without_an_answer_nothing_is_kept",
        "documents/test_viruses.py::test_a_real_clamd_finds_the_test_file",
    ),
    "formulas in exported sheets": ("monitoring/test_papers.py::test_text_is_never_a_formula",),
    "one bad row of many": (
        f"{CARD}[wrong IIN of the second]",
        "guards/test_bad_input.py::test_no_sheet_is_imported",
    ),
}
# What reads a sheet row by row: with it the promise about one bad row of 500 in an import would begin to bind.
READERS = ("load_workbook", "read_excel", "open_workbook")


@cache
def collected(file: str) -> tuple[ast.Module, dict[str, ast.FunctionDef]]:
    """What pytest collects of a file: its functions, and those of its classes, by name."""
    tree = ast.parse((ROOT / "tests" / file).read_text())
    bodies = [tree.body, *(each.body for each in tree.body if isinstance(each, ast.ClassDef))]
    found = [each for body in bodies for each in body if isinstance(each, ast.FunctionDef)]
    return tree, {each.name: each for each in found if each.name.startswith("test_")}


def cases_of(tree: ast.Module, test: ast.FunctionDef) -> set[str]:
    """The texts that its parameters are named by: keys and texts of the tables it is run over, `id=` of its rows."""
    tables = {
        target.id: each.value
        for each in tree.body
        if isinstance(each, ast.Assign | ast.AnnAssign)
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
        if isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize"):
            for node in ast.walk(decorator):
                table = tables.get(node.id) if isinstance(node, ast.Name) else node
                found |= _texts(table) if table is not None else set()
    return found


def _texts(table: ast.AST) -> set[str]:
    rows = table.keys if isinstance(table, ast.Dict) else getattr(table, "elts", [table])
    firsts = [row.elts[0] if isinstance(row, ast.Tuple) and row.elts else row for row in rows]
    ids = [row.value for row in rows if isinstance(row, ast.keyword) and row.arg == "id"]
    return {
        each.value
        for each in (*firsts, *ids)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def missing(node: str) -> str:
    """Why pytest would not collect the node; empty if it would."""
    place, _bracket, case = node.partition("[")
    file, name = place.split("::")
    if not (ROOT / "tests" / file).exists():
        return f"no file {file}"
    tree, found = collected(file)
    if name not in found:
        return f"{file} has no {name}"
    if case and case.removesuffix("]") not in cases_of(tree, found[name]):
        return f"{name} has no case {case}"
    return ""


@pytest.mark.parametrize("what", ANSWERED)
def test_it_is_answered(what: str) -> None:
    assert [problem for node in ANSWERED[what] if (problem := missing(node))] == []


@pytest.mark.parametrize(
    "node",
    [
        "cases/no_such_file.py::test_it",
        f"{API}::test_that_was_renamed",
        f"{BODY}[a case taken away]",
        # Words that stand in the file, but in another test's table.
        f"{BODY}[IIN of 11 digits]",
        f"{API}::good",
    ],
)
def test_a_line_that_leads_nowhere_is_noticed(node: str) -> None:
    assert missing(node)


def test_no_sheet_is_imported() -> None:
    """The product imports no sheets: rows come one by one, through forms and the API, each with its own answer."""
    folders = [each for each in ROOT.iterdir() if (each / "apps.py").exists()]
    sources = [path for folder in (*folders, ROOT / "family_support") for path in folder.rglob("*.py")]
    assert len(sources) > 300
    assert [path.name for path in sources if any(reader in path.read_text() for reader in READERS)] == []

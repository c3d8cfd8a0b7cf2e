"""What people are told when the database refuses two of what there can be only one of."""

from django.utils.translation import gettext_lazy as _

from family_support.base.database_errors import register_constraint

TABLE_TAKEN = _("A staffing table that begins on this day is recorded already: open it and correct it.")
VEHICLE_TAKEN = _("A vehicle of this name is in use already: give this one another name.")
FUND_TAKEN = _("A payroll fund of this period is recorded already: open it and correct it.")
FEWER_THAN_NAMED = _("The people named fill more units than this: say first who fills the position.")


def register() -> None:
    """Called when the applications are ready."""
    register_constraint("staffing_table_once_a_day", TABLE_TAKEN, code="table_taken")
    register_constraint("vehicle_label_once", VEHICLE_TAKEN, code="vehicle_taken")
    register_constraint("position_holder_once", _("This person is named already."), code="holder_taken")
    register_constraint("payroll_fund_one_at_a_time", FUND_TAKEN, code="fund_taken")

"""What staffing holds: posts and sums, no people."""

from family_support.base.personal_data import fields

PERSONAL = {
    "StaffingNorm": fields(none="units_a units_b units_c"),
    "StaffingTable": fields(none="order_number order_date starts_on"),
    "StaffPosition": fields(none="title units occupied"),
    "PositionHolder": fields(none="units"),
    "Vehicle": fields(none="label starts_on ends_on"),
    "PayrollFund": fields(none="amount starts_on ends_on order_number order_date"),
}

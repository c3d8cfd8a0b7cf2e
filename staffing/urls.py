"""Addresses of this app."""

from django.urls import path

from staffing.views import center, country, load, records

urlpatterns = [
    path("staffing/", center.staffing, name="staffing"),
    path("staffing/paper/", center.staffing_pdf, name="staffing-pdf"),
    path("staffing/sheet/", center.staffing_xlsx, name="staffing-xlsx"),
    path("staffing/tables/new/", center.table_new, name="staffing-table-new"),
    path("staffing/tables/<int:pk>/", center.table, name="staffing-table"),
    path("staffing/tables/<int:pk>/change/", center.table_change, name="staffing-table-change"),
    path("staffing/positions/<int:pk>/people/", center.position_people, name="staffing-position-people"),
    path("staffing/vehicles/new/", records.vehicle_new, name="staffing-vehicle-new"),
    path("staffing/vehicles/<int:pk>/", records.vehicle_change, name="staffing-vehicle-change"),
    path("staffing/funds/new/", records.fund_new, name="staffing-fund-new"),
    path("staffing/funds/<int:pk>/", records.fund_change, name="staffing-fund-change"),
    path("staffing/load/", load.center_load, name="staffing-load"),
    path("staffing/load/own/", load.own, name="own-load"),
    path("staffing/country/", country.country, name="country-staffing"),
    path("staffing/country/paper/", country.country_paper, name="country-staffing-pdf"),
    path("staffing/country/sheet/", country.country_xlsx, name="country-staffing-xlsx"),
    path("staffing/country/centers/<int:pk>/", country.country_center, name="country-staffing-center"),
]

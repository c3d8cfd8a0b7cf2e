"""Own session, users, acting director, directory."""

from django.urls import path

from family_support.accounts.api.token import token
from family_support.accounts.views import absences, directory, machines, own, users

urlpatterns = [
    path("demo/sign-in/", own.demo_sign_in, name="demo-sign-in"),
    path("membership/", own.switch_membership, name="membership-switch"),
    path("settings/", own.own_settings, name="own-settings"),
    path("users/", users.user_list, name="user-list"),
    path("users/search/", users.user_search, name="user-search"),
    path("users/new/", users.user_create, name="user-create"),
    path("users/<int:pk>/", users.user_page, name="user-page"),
    path("users/<int:pk>/edit/", users.user_edit, name="user-edit"),
    path("users/<int:pk>/deactivate/", users.user_deactivate, name="user-deactivate"),
    path("users/<int:pk>/reactivate/", users.user_reactivate, name="user-reactivate"),
    path("users/<int:pk>/memberships/new/", users.membership_add, name="membership-add"),
    path("memberships/<int:pk>/end/", users.membership_end, name="membership-end"),
    path("systems/", machines.machine_list, name="machine-list"),
    path("systems/new/", machines.machine_create, name="machine-create"),
    path("systems/<int:pk>/", machines.machine_page, name="machine-page"),
    path("systems/<int:pk>/secret/", machines.machine_rotate, name="machine-rotate"),
    path("systems/<int:pk>/close/", machines.machine_disable, name="machine-disable"),
    path("systems/<int:pk>/open/", machines.machine_enable, name="machine-enable"),
    path("api/v1/token", token, name="api-token"),
    path("acting-director/", users.acting_director, name="acting-director"),
    path("acting-director/<int:pk>/end/", users.acting_director_end, name="acting-director-end"),
    path("absences/", absences.absence_list, name="absence-list"),
    path("absences/new/", absences.absence_new, name="absence-new"),
    path("absences/<int:pk>/end/", absences.absence_end, name="absence-end"),
    path("directory/", directory.directory, name="directory"),
    path("directory/regions/<int:pk>/", directory.region_page, name="region-page"),
    path("directory/centers/", directory.center_list, name="center-list"),
    path("directory/centers/new/", directory.center_create, name="center-create"),
    path("directory/centers/<int:pk>/", directory.center_page, name="center-page"),
    path("directory/centers/<int:pk>/edit/", directory.center_edit, name="center-edit"),
    path("directory/bodies/", directory.agency_list, name="agency-list"),
    path("directory/bodies/new/", directory.agency_create, name="agency-create"),
    path("directory/bodies/<int:pk>/", directory.agency_page, name="agency-page"),
    path("directory/bodies/<int:pk>/edit/", directory.agency_edit, name="agency-edit"),
]

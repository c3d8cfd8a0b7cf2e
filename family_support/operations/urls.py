from django.urls import path

from family_support.operations import views

urlpatterns = [
    path("operations/", views.operations, name="operations"),
    path("operations/state/", views.operations_state, name="operations-state"),
    path("operations/deliveries/retry/", views.deliveries_retry, name="deliveries-retry"),
]

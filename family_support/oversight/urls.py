from django.urls import path

from family_support.oversight import trail_views, views

urlpatterns = [
    path("oversight/emergency/", views.glass_reviews, name="glass-reviews"),
    path("oversight/emergency/<int:pk>/", views.glass_review, name="glass-review"),
    path("oversight/looking/", views.look_alerts, name="look-alerts"),
    path("oversight/looking/<int:pk>/", views.look_alert, name="look-alert"),
    path("oversight/unsigned/", views.unsigned_list, name="unsigned-list"),
    path("oversight/unsigned/<int:pk>/", views.unsigned_changes, name="unsigned-changes"),
    path("oversight/history/", trail_views.audit_search, name="audit-search"),
]

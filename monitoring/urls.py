from django.urls import path

from monitoring import views

urlpatterns = [
    path("quarters/", views.quarter_list, name="quarter-list"),
    path("quarters/<int:pk>/", views.quarter, name="quarter"),
    path("quarters/<int:pk>/compute/", views.quarter_compute, name="quarter-compute"),
    path("quarters/<int:pk>/shortcomings/new/", views.shortcoming_new, name="quarter-shortcoming-new"),
    path(
        "quarters/<int:pk>/shortcomings/<int:shortcoming_pk>/remove/",
        views.shortcoming_remove,
        name="quarter-shortcoming-remove",
    ),
    path("quarters/<int:pk>/sign/", views.quarter_sign, name="quarter-sign"),
    path("quarters/<int:pk>/send/", views.quarter_send, name="quarter-send"),
    path("quarters/<int:pk>/file/", views.quarter_file, name="quarter-file"),
    path("ministry/", views.ministry, name="ministry"),
    path("ministry/reports/<int:pk>/", views.ministry_report, name="ministry-report"),
    path("ministry/reports/<int:pk>/receive/", views.ministry_receive, name="ministry-receive"),
]

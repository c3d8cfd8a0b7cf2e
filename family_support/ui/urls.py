"""Addresses of the frame; the project's urls.py includes them.

``set_theme`` is open to everybody; ``alive`` needs somebody signed in.
"""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from family_support.ui import views

urlpatterns = [
    path("theme/", login_not_required(views.set_theme), name="ui-theme"),
    path("alive/", views.alive, name="ui-alive"),
]

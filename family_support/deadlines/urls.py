from django.urls import path

from family_support.deadlines import views

urlpatterns = [path("deadlines/<int:pk>/", views.explain, name="deadline-explain")]

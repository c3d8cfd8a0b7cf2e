"""The Celery application: a shortcut beside the database sweeps, never the only promise (ADR 9)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "family_support.settings")

app = Celery("family_support")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

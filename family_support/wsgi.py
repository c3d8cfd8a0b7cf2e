"""The WSGI application gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "family_support.settings")
application = get_wsgi_application()

from family_support.base.key_fingerprints import refuse_wrong_keys  # noqa: E402 - after the applications are ready

refuse_wrong_keys()

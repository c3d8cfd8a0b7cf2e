"""The container's health probe: asks its own web server as a proxy would, by a host name that it serves."""

import os
import sys
import urllib.request


def main() -> int:
    """0 if the health page answers."""
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
    request = urllib.request.Request("http://127.0.0.1:8000/health/", headers={"Host": host})
    try:
        urllib.request.urlopen(request, timeout=4).close()
    except OSError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

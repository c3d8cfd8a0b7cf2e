"""Free ports on the loopback."""

import socket


def free(port: int = 0) -> int | None:
    """The port if nothing listens on it, on IPv4 or IPv6 loopback; any free one for 0; None if it is taken.

    `localhost` may mean ::1 to a browser, so another program there would be met instead of ours.
    """
    with socket.socket(socket.AF_INET) as four:
        four.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            four.bind(("127.0.0.1", port))
        except OSError:
            return None
        found: int = four.getsockname()[1]
    try:
        with socket.create_connection(("::1", found), timeout=0.2):
            return None
    except OSError:
        return found


def first_free_from(port: int) -> int:
    """The port, or the next higher one that is free."""
    while free(port) is None:
        port += 1
    return port

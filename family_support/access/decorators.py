"""`allowed` and `public` for the views of upper apps; they live in accounts, whose own views need them too."""

from family_support.accounts.decorators import allowed, public

__all__ = ["allowed", "public"]

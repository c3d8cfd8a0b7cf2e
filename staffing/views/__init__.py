"""Pages of staffing: a Center's, the load of its workers, the ministry's."""

from staffing.views import center, country, load, records

__all__ = ["center", "country", "load", "records"]

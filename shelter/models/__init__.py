"""Where a Center houses people for up to a month, who stays there, and the notices about minors."""

from shelter.models.notice import MinorNotice
from shelter.models.place import Place, Shelter
from shelter.models.stay import Resident, Stay

__all__ = ["MinorNotice", "Place", "Resident", "Shelter", "Stay"]

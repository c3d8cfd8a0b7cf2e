"""Forms with files are refused by their size before a byte of a file is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class WholeFormLimit(FileUploadHandler):
    """Answers 413 for a form larger than FORM_MAX_SIZE; the files themselves go on to the next handler."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - the library's name
        content_length: int,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Errors: RequestDataTooBig."""
        if content_length > settings.FORM_MAX_SIZE:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

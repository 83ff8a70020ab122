"""Files in RoleBench's format as a ZIP archive."""

import io
import zipfile
from urllib.parse import quote

from django.http import HttpResponse

from rolellm.rolebench.export import Files


def as_archive(files: Files) -> bytes:
    """Return the files as a ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(str(path), content)
    return buffer.getvalue()


def send_archive(files: Files, name: str) -> HttpResponse:
    """Return a download of the files, called ``name`` and ".zip"."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.zip', safe='')}"}
    return HttpResponse(as_archive(files), content_type="application/zip", headers=headers)

"""Tables as files to download."""

from collections.abc import Iterable

from django.http import Http404, HttpResponse

from studies.audit import Verb, record
from studies.files.printed_tables import Table, to_csv, to_latex

_WRITERS = {"csv": (to_csv, "text/csv"), "tex": (to_latex, "application/x-tex")}


def send_table(tables: Iterable[Table], ending: str, benchmark: str) -> HttpResponse:
    """Return the first of the tables, which are about this benchmark, as a file with that ending, and record the export.

    Raises Http404 without any, or for an unknown ending.
    """
    table = next(iter(tables), None)
    if table is None or ending not in _WRITERS:
        raise Http404
    write, kind = _WRITERS[ending]
    record(None, Verb.EXPORTED, f"{table.name}.{ending}", about=benchmark)
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.{ending}"'}
    return HttpResponse(write(table), content_type=f"{kind}; charset=utf-8", headers=headers)

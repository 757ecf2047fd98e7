"""How does the report get onto paper? The one-file report as a tagged PDF, by WeasyPrint and the print rules of style.css."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from audit.i18n import mark as N_
from audit.i18n import translate as _

MISSING = N_("not written: WeasyPrint is not installed. What to do: `make pdf`, then ask again; HTML and XLSX are complete.")


def write(source: Path, target: Path) -> str:
    """Print a page of ours into a PDF; nothing is loaded from anywhere. Empty when done, else why it was not (fault 50)."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # OSError: Pango is missing
        return _(MISSING)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    page = HTML(string=source.read_text(encoding="utf-8"), url_fetcher=URLFetcher(allowed_protocols=["data"]))
    page.write_pdf(target, pdf_variant="pdf/ua-1", pdf_identifier=hashlib.sha256(source.read_bytes()).digest()[:16])
    return ""

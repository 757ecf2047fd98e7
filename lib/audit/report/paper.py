"""How does the report get onto paper? The one-file report as a tagged PDF, by WeasyPrint and the print rules of style.css."""

from __future__ import annotations

import html
import logging
from pathlib import Path

from audit.language import mark as N_
from audit.language import translate as _

MISSING = N_("not written: WeasyPrint is not installed. What to do: `make pdf`, then ask again; HTML and XLSX are complete.")


def write(source: Path, target: Path) -> str:
    """Print a page of ours into a PDF; nothing is loaded from anywhere. Empty when done, else why it was not (fault 50)."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import default_url_fetcher
    except (ImportError, OSError):
        return _(MISSING)

    def inlined(url: str, *args, **more):
        if not url.startswith("data:"):
            raise ValueError("a report loads nothing")
        return default_url_fetcher(url, *args, **more)

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    HTML(string=source.read_text(encoding="utf-8"), base_url=None, url_fetcher=inlined).write_pdf(
        target, pdf_variant="pdf/ua-1", pdf_identifier=html.escape(source.parent.parent.parent.name).encode()
    )
    return ""

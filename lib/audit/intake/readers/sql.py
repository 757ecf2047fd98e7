"""What does the company's database say? Each named query of audit.toml once, into a Parquet file that is then read like an export.

The URL of the database comes from the environment alone: it never stands in audit.toml, in a manifest, in a log or in a message (fault 55).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import polars as pl

from audit.core.settings import Settings, Source
from audit.i18n import mark as N_
from audit.intake.readers.detect import BadExport

SECRET_LEAST = 3  # signs of a user's name that is hidden: shorter ones stand in every word
ROWS = 100_000  # fetched at a time


def snapshots(settings: Settings, folder: Path) -> list[Path]:
    """The results of all queries as Parquet files named after their sources, in that folder.

    Raises
    ------
    BadExport
        where the environment names no database, it does not answer, or the query fails; without the URL.
    """
    return [_snapshot(name, source, folder) for name, source in settings.sources.items() if source.query]


def _snapshot(name: str, source: Source, folder: Path) -> Path:
    import sqlalchemy

    url = os.environ.get(source.dsn_env)
    if not url:
        message = N_("[sources.{name}] needs the URL of a database in the environment variable {variable}, which is not set. What to do: "
                     "export {variable}=postgresql+psycopg://user:password@host/base")  # fmt: skip
        raise BadExport(message, name=name, variable=source.dsn_env)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool)
        with engine.connect().execution_options(stream_results=True) as connection:
            found = connection.execute(sqlalchemy.text(source.query))
            names = list(found.keys())
            parts = [_frame(names, rows) for rows in found.partitions(ROWS)]
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, ValueError) as error:  # ValueError: a port that is no number
        message = N_(
            "[sources.{name}]: the database in {variable} refused the query: {error}. What to do: try the query there by "
            "hand, as the same user."
        )
        raise BadExport(message, name=name, variable=source.dsn_env, error=_without_secrets(error, url)) from None
    path = folder / f"{name}.parquet"
    pl.concat(parts or [_frame(names, [])], how="vertical_relaxed").write_parquet(path)
    return path


def _frame(names: list[str], rows: list) -> pl.DataFrame:
    """Rows as text, exactly as Python writes days, moments and decimals; nothing is an empty text."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return pl.DataFrame(
        {name: [_text(value) for value in column] for name, column in zip(names, columns, strict=True)},
        schema=dict.fromkeys(names, pl.String),
    )


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)


def _without_secrets(error: Exception, url: str) -> str:
    """The first line of the error, without the URL and what stands in it."""
    said = str(getattr(error, "orig", None) or error).splitlines()[0]
    secret = re.search(r"//([^:/@]*)(?::([^@]*))?@", url)
    for part in [url, *(p for p in (secret.groups() if secret else ()) if p and len(p) >= SECRET_LEAST)]:
        said = said.replace(part, "***")
    return said

"""What kind of file is it? By its content, not by its name; and is it safe to open (faults 24, 25, 26)?

Archives are judged by their directory alone, before anything is unpacked.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import Literal

from audit.core.errors import AuditError
from audit.i18n import mark as N_

Kind = Literal["text", "bank", "html", "workbook", "parquet", "zip"]

UNPACKED_MOST = 3 * 2**30  # bytes of an archive's members together
RATIO_FROM, RATIO_MOST = 32 * 2**20, 150  # what unpacks to so much may shrink it so many times; real sheets shrink 5 to 40 times
BANK = b"1CClientBankExchange"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"
BINARY = {
    ".xlsx",
    ".xlsb",
    ".xlsm",
    ".ods",
    ".parquet",
    ".zip",
}  # a plain text of such a name is a broken file; an .xls often is one in truth
UTF16 = lambda text: text.encode("utf-16-le")


class BadExport(AuditError):
    """A file that cannot be read as declared; the message says file, place, what was expected, what came, what to do."""


def kind(content: bytes, file: str) -> Kind:
    """What the bytes are.

    Raises
    ------
    BadExport
        for an empty file, one that is protected, broken or of a kind that holds no table, and an archive that is not safe to unpack.
    """
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not content[:4096].strip(BLANK) and not content.strip(BLANK):
        raise BadExport(N_("{file} is empty: expected a header and rows. What to do: ask for the export again."), file=file)
    if content.startswith(b"PK"):
        return _archive(content, file)
    if content.startswith(OLE):
        return _ole(content, file)
    if content.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"%PDF"):
        raise BadExport(N_("{file} is a PDF, not a table. What to do: ask for the same report as .xlsx or .csv."), file=file)
    if head.startswith(BANK) or content[:64].decode("utf-16", errors="ignore").startswith(BANK.decode()):
        return "bank"
    if b"schemas-microsoft-com:office:spreadsheet" in content[:2000]:
        raise BadExport(N_("{file} is an XML spreadsheet of 2003. What to do: open it in Excel and save it as .xlsx."), file=file)
    if head[:1] == b"<" and re.search(rb"<(html|table|!doctype html|meta|body|div)\b", content[:20000].lower()):
        return "html"
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadExport(
            N_(
                "{file} is not text, and of no kind that is known (CSV, XLSX, XLS, XLSB, ODS, HTML, Parquet, 1C bank "
                "statement). What to do: export it again."
            ),
            file=file,
        )
    suffix = file[file.rfind(".") :].lower()
    if suffix in BINARY:
        message = N_(
            "{file} cannot be opened as a workbook or table: its name says {suffix}, it holds plain text. What to do: "
            "ask for the export again."
        )
        raise BadExport(message, file=file, suffix=suffix)
    return "text"


@contextmanager
def unpacked(content: bytes, file: str):
    """The archive in those bytes; whatever is damaged in it is told in words.

    Raises
    ------
    BadExport
        for an archive that cannot be opened, or a part of it that cannot be unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, OSError, struct.error, KeyError) as error:
        message = N_("{file} is not a whole archive or workbook: {error}. What to do: copy it again, or ask for the export again.")
        raise BadExport(message, file=file, error=error) from error


def _archive(content: bytes, file: str) -> Kind:
    with unpacked(content, file) as archive:
        members = archive.infolist()
    names = {member.filename for member in members}
    _check_size(members, len(content), file)
    if "[Content_Types].xml" in names or "mimetype" in names:
        return "workbook"
    _check_members(members, file)
    return "zip"


def _check_size(members: list[zipfile.ZipInfo], packed: int, file: str) -> None:
    unpacked = sum(member.file_size for member in members)
    if unpacked > UNPACKED_MOST or (unpacked > RATIO_FROM and unpacked > RATIO_MOST * packed):
        raise BadExport(
            N_(
                "{file} has {packed} kB and would unpack to {unpacked} MB: refused unopened. What to do: if it is honest, "
                "save it as CSV, or in parts."
            ),
            file=file,
            packed=packed // 1024,
            unpacked=unpacked // 2**20,
        )


def _check_members(members: list[zipfile.ZipInfo], file: str) -> None:
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if ".." in parts or member.filename.startswith(("/", "\\")) or is_link:
            message = N_("{file} holds {member!r}, which points outside the archive: refused. What to do: pack the exports themselves.")
            raise BadExport(message, file=file, member=member.filename)
        if parts[-1].lower().endswith((".zip", ".7z", ".rar", ".gz")):
            message = N_("{file} holds another archive, {member!r}: refused. What to do: pack the exports in one zip.")
            raise BadExport(message, file=file, member=member.filename)
        if member.flag_bits & 1:
            message = N_("{file} is protected by a password. What to do: ask for it without one.")
            raise BadExport(message, file=file)


def _ole(content: bytes, file: str) -> Kind:
    if UTF16("EncryptedPackage") in content:
        raise BadExport(N_("{file} is protected by a password. What to do: ask for it without one."), file=file)
    if UTF16("Workbook") in content or UTF16("Book") in content:
        return "workbook"
    message = N_("{file} is an old Office file without a workbook in it. What to do: open it in Excel and save it as .xlsx.")
    raise BadExport(message, file=file)

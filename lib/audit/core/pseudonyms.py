"""How is a code hidden so that only the owner of the key can go back? Keyed pseudonyms, the same for the same code.

A pseudonym is HMAC-SHA256 of the code under a key of the base's own, which lies beside its exports and never among the outputs: who holds
both can go back, nobody else can, and codes that are easily guessed (tax ids, phones) cannot be tried out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

import polars as pl

from audit.core.errors import AuditError
from audit.i18n import mark as N_

KEY_FILE = "pseudonyms.key"
SHORTEST = 32  # signs of a key: fewer could be tried out
SIGNS = 16  # of a pseudonym, 5 bits each: 80


class BadKey(AuditError):
    """A key too short to hide anything, or two codes that would be hidden alike."""


def key_of(base: Path) -> bytes:
    """The base's key, made where there is none; whoever loses it gets new pseudonyms.

    Raises
    ------
    BadKey
        for a key file that is empty or too short.
    """
    path = base / KEY_FILE
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
    key = path.read_bytes().strip()
    if len(key) < SHORTEST:
        message = N_(
            "{file} holds {count} signs: expected at least {least}, for a shorter key can be tried out. What to do: put the lost key back, or delete "
            "the file, and new pseudonyms are made."
        )
        raise BadKey(message, file=KEY_FILE, count=len(key), least=SHORTEST)
    return key


def pseudonym(code: str, letter: str, key: bytes) -> str:
    """The pseudonym of a code of one kind; the same code of another kind has another.

    >>> pseudonym("К0001", "C", b"k") == pseudonym("К0001", "C", b"k") != pseudonym("К0001", "M", b"k")
    True
    """
    digest = hmac.new(key, f"{letter}:{code}".encode(), hashlib.sha256).digest()
    return f"{letter}-{base64.b32encode(digest)[:SIGNS].decode().lower()}" if code else code


def hidden(codes: pl.Series, letter: str, key: bytes) -> pl.Series:
    """The codes' pseudonyms, null where there is none.

    Raises
    ------
    BadKey
        where two codes would have one.
    """
    known = {code: pseudonym(code, letter, key) for code in codes.drop_nulls().unique()}
    if len(set(known.values())) < len(known):
        raise BadKey(N_("two codes have the same pseudonym. What to do: delete {file}, and new ones are made."), file=KEY_FILE)
    return codes.replace_strict(known, default=None, return_dtype=pl.String)

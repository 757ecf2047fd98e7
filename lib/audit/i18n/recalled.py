"""Of which message was a sentence made? What people keep as text, in the language in which they were asked, is told in another."""

from __future__ import annotations

import re
import string

from audit.i18n.messages import entries, stored

LEAST = 12  # letters that a message must bring itself: with fewer it could be any sentence
OURS = frozenset({"target"})  # what fills a message and is a word of the catalogue too; all else stands in a file, and stays as it is


def recalled(text: str) -> str:
    r"""The stored text of which a sentence was made in either language; the sentence itself where it is none of ours.

    >>> recalled("в какой валюте суммы? Впишите код ISO, например, RUB")
    'in which currency are the amounts? Write its ISO code, such as RUB'
    >>> recalled("ask Ann")
    'ask Ann'
    """
    found = []
    for entry in (one for one in entries("ru") if isinstance(one.id, str)):
        for said in (entry.id, entry.string):
            literals = [literal for literal, *_rest in string.Formatter().parse(said)] if "{" in said else [said]
            longest = max(literals, key=len, default="")
            if said == text or (len(longest) >= LEAST and longest in text):
                match = re.fullmatch(_pattern(said), text, flags=re.DOTALL)
                if match:
                    found.append((sum(map(len, literals)), entry.id, match.groupdict()))
    if not found:
        return text
    _length, message, values = max(found, key=lambda one: one[0])
    return stored(message, **{name: recalled(value) if name in OURS else value for name, value in values.items()})


def _pattern(message: str) -> str:
    """What matches the sentences that a message makes, with a group for each value that fills it."""
    made, seen = [], set()
    for literal, name, form, conversion in string.Formatter().parse(message):
        made.append(re.escape(literal))
        if name is None:
            continue
        if "|" in (form or ""):
            made.append(f"(?:{'|'.join(map(re.escape, form.split('|')))})")
            continue
        group = f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
        seen.add(name)
        made.append(f"['\"]{group}['\"]" if conversion == "r" else group)
    return "".join(made)

"""The token that a request which writes has to bring: given in a file or a variable, or made."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from bullwhip.errors import Problem, UsageError

__all__ = ["VARIABLE", "token_of"]

VARIABLE = "BULLWHIP_TOKEN"
_FORM = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*")
_LARGEST = 4_096


def token_of(file: str, environment: Mapping[str, str] | None = None) -> tuple[str, bool]:
    """Return the token, and whether it has been made and nobody knows it yet.

    Args:
        file: a regular file that holds nothing else; empty for none.
        environment: of the process, when absent.

    Raises:
        UsageError: BW587 for a token that is too short to be one, or cannot be sent.

    >>> token_of("", {"BULLWHIP_TOKEN": "0123456789abcdef"})
    ('0123456789abcdef', False)
    """
    known = os.environ if environment is None else environment
    if file:
        where, text = file, _content(Path(file))
    elif known.get(VARIABLE):
        where, text = f"the variable {VARIABLE}", known[VARIABLE]
    else:
        return secrets.token_urlsafe(32), True
    if not _FORM.fullmatch(text.strip()):
        message = f"what {where} holds is no token"
        hint = "16 to 512 letters, digits and any of ._~+/- (RFC 6750), e.g. what openssl rand -hex 32 gives"
        raise UsageError(Problem("BW587", message, hint=hint))
    return text.strip(), False


def _content(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(Problem("BW587", f"{path} is no regular file"))
        with path.open("rb") as opened:
            return opened.read(_LARGEST).decode("ascii")
    except OSError as error:
        raise UsageError(Problem("BW587", f"{path} cannot be read: {error.strerror}")) from None
    except UnicodeDecodeError:
        return ""

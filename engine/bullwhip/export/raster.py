"""Pictures as PNG and PDF, drawn by vl-convert from the same SVG; the same bytes for the same fonts."""

from __future__ import annotations

import os
import re
import struct
import warnings
import zlib
from functools import cache
from pathlib import Path
from types import ModuleType

from bullwhip.errors import Problem, UsageError
from bullwhip.export.chainmap import FONTS
from bullwhip.export.escape import xml_attribute
from bullwhip.export.pdf_order import ordered_pdf
from bullwhip.export.tables import to_json_line
from bullwhip.model.about import About

__all__ = ["cjk_font", "to_pdf", "to_png"]

_SCALE = 2.0
"""Pixels of a PNG per pixel of the picture, for slides and dense screens."""

_CHINESE = (
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', "
    "'WenQuanYi Micro Hei'"
)
"""Families with Chinese and Latin letters; where the first family of a text lacks a letter, any font may step in."""

_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_CJK_FILES = re.compile(
    r"cjk|source.?han|noto.?sans.?sc|wqy|wenquanyi|pingfang|hiragino.*gb|msyh|simsun|simhei|stheiti|songti|"
    r"droidsansfallback|uming|ukai|heiti|fandol",
    re.IGNORECASE,
)
_FONT_FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts", "/System/Library/Fonts",
    "/Library/Fonts", "~/Library/Fonts", "C:/Windows/Fonts",
)  # fmt: skip


def to_png(svg: str, about: About) -> bytes:
    """Return a picture as PNG at twice its size, with what it says of itself as text of the file.

    Raises:
        UsageError: BW004 where vl-convert is not installed.
    """
    png: bytes = _converter().svg_to_png(_with_chinese(svg), scale=_SCALE)
    words = b"bullwhip\0\0\0\0\0" + to_json_line(about.as_dict()).strip().encode()
    chunk = struct.pack(">I", len(words)) + b"iTXt" + words + struct.pack(">I", zlib.crc32(b"iTXt" + words))
    header = 8 + 25  # signature, and the chunk IHDR
    return png[:header] + chunk + png[header:]


def to_pdf(svg: str, about: About) -> bytes:
    """Return a picture as PDF with its texts as texts, and what it says of itself as properties of the document.

    Raises:
        UsageError: BW004 where vl-convert is not installed.
    """
    pdf: bytes = _converter().svg_to_pdf(_with_chinese(svg))
    properties = {
        "Title": about.label.zh or about.label.en or about.workspace, "Subject": about.line(),
        "Keywords": to_json_line(about.as_dict()).strip(), "Creator": f"bullwhip {about.version}",
    }  # fmt: skip
    return ordered_pdf(pdf, properties)


def _converter() -> ModuleType:
    try:
        import vl_convert
    except ImportError:
        hint = "pip install 'bullwhip[charts]'; or write svg, which needs nothing"
        raise UsageError(Problem("BW004", "PNG and PDF need the package vl-convert-python", hint=hint)) from None
    module: ModuleType = vl_convert
    return module


def _with_chinese(svg: str) -> str:
    """Return a picture whose first font family has Chinese letters, where it has any to write."""
    if not _CJK.search(svg):
        return svg
    if cjk_font() is None:
        message = "no font with Chinese letters is found; the picture shows boxes in their place"
        hint = "install one, e.g. the package fonts-noto-cjk (Debian), google-noto-sans-cjk-fonts (Fedora)"
        warnings.warn(Problem("BW551", message, None, hint, "warning").render(), UserWarning, stacklevel=2)
    latin = f'font-family="{xml_attribute(FONTS)}"'
    return svg.replace(latin, f'font-family="{xml_attribute(f"{_CHINESE}, {FONTS}")}"', 1)


@cache
def cjk_font() -> str | None:
    """Return the file of a font with Chinese letters, by the names that such fonts have; None where there is none."""
    folders = [Path(f).expanduser() for f in _FONT_FOLDERS]
    folders += [Path(p) / "fonts" for p in os.environ.get("XDG_DATA_DIRS", "").split(os.pathsep) if p]
    for folder in folders:
        for _, _, names in os.walk(folder):
            found = sorted(n for n in names if _CJK_FILES.search(n))
            if found:
                return found[0]
    return None

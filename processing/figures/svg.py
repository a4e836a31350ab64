"""Figures as small SVG files that follow the reader's choice of light or dark."""

import io
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
from matplotlib.figure import Figure

from processing.figures.style import ON_DARK

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', sans-serif"
_DROPPED = {"font-family"}
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_TURNED_BY_NOTHING = re.compile(r"rotate\(-?0 .*?\)")
_NUMBERS = ("d", "x", "y", "transform", "points")


def svg_bytes(figure: Figure, name: str = "figure") -> bytes:
    """A figure as SVG, the same for the same figure; `name` keeps its ids from those of others.

    Letters are text in the reader's own font: laid out for DejaVu Sans, which is wider than others.
    Colours are attributes, so that a page's policy on styles cannot take them away, and a style
    turns those of the house into what they are on dark.
    """
    file = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(file.getvalue())
    _simplify(root)
    root.set("font-family", _FONTS)
    root.set("stroke-linejoin", "round")
    style = ET.Element(f"{{{_SVG}}}style")
    style.text = dark_style()
    root.insert(0, style)
    return ET.tostring(root, encoding="unicode").encode() + b"\n"


def dark_style() -> str:
    """The style that turns the house's colours into those on dark, on a screen that wants it."""
    rules = "".join(
        f'[{name}="{light}"]{{{name}:{dark}}}'
        for light, dark in ON_DARK.items()
        for name in ("fill", "stroke")
    )
    return f"@media screen and (prefers-color-scheme:dark){{{rules}}}"


def _simplify(root: ET.Element) -> None:
    """Leave out what nobody sees: metadata, ids that nothing refers to, digits beyond a pixel."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        for entry in element.attrib.pop("style", "").split(";"):
            key, _, value = entry.partition(":")
            if value and key.strip() not in _DROPPED:
                element.set(key.strip(), value.strip())
        for key in _NUMBERS:
            if key in element.attrib:
                text = _TURNED_BY_NOTHING.sub("", " ".join(element.attrib.pop(key).split()))
                if text:
                    element.set(key, _LONG_NUMBER.sub(_short, text))
        element.tail = None
        if element.tag != f"{{{_SVG}}}text":
            element.text = None
    referred = {
        reference
        for element in root.iter()
        for value in element.attrib.values()
        for reference in re.findall(r"^#(.+)$|url\(#(.+?)\)", value)
        for reference in reference
    }
    for element in root.iter():
        if element.get("id") not in referred:
            element.attrib.pop("id", None)


def _short(match: re.Match[str]) -> str:
    return f"{round(float(match[0]), 2) + 0.0:g}"

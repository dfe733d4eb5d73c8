"""Files of XML as records with their places: the elements of a name are cut out of the stream and parsed one by one.

So a record that is broken costs only itself, memory does not grow with the file, and a document type is never read: no entity is expanded
but the characters that HTML names.
"""

from __future__ import annotations

import html
import html.entities
import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from kg.readers.inputs import LONGEST, Input
from kg.readers.records import Raw

SHOWN = 2000  # bytes of a record that does not end which are shown
_ENCODING = re.compile(rb'<\?xml[^>]{0,200}?encoding\s*=\s*["\']([A-Za-z][\w.\-]{0,40})')
_NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z]\w{0,30};)")
_ELEMENT = re.compile(r"</?[A-Za-z][\w:\-]*(?:\s[^<>]{0,500})?/?>")
_BLOCK = re.compile(r"</?(?:jats:)?(?:p|title|sec|div|br|li|list|list-item)(?:\s[^<>]{0,500})?/?>", re.I)


def xml_records(file: Input, names: Sequence[str], around: Sequence[str] = ()) -> Iterator[Raw]:
    """One Raw for each element of these names that lies in no other such one; its value is the element, names without prefix.

    `around` are names of elements before them that matter to what follows (a volume's head): these come too, in their place.
    """
    begin = re.compile(rb"<(?:[\w\-]+:)?(" + b"|".join(map(str.encode, (*names, *around))) + rb")(?=[\s>/])")
    codec = m[1].decode() if (m := _ENCODING.search(file.head[:400])) else "utf-8"
    buffer, at, line = b"", 0, 1

    for chunk in file.chunks():
        buffer += chunk
        cut = 0
        while m := begin.search(buffer, cut):
            end = _end(buffer, m)
            if end is None:
                if len(buffer) - m.start() <= LONGEST:
                    break
                end = m.end()
            start = m.start()
            line += buffer.count(b"\n", cut, start)
            yield _raw(buffer[start:end], line, at + start, codec)
            line += buffer.count(b"\n", start, end)
            cut = end
        else:
            # Nothing begins here but perhaps the head of a name.
            keep = max(cut, buffer.rfind(b"<"), 0)
            keep = keep if len(buffer) - keep < 200 else len(buffer)
            line += buffer.count(b"\n", cut, keep)
            buffer, at = buffer[keep:], at + keep
            continue
        line += buffer.count(b"\n", cut, m.start())
        buffer, at = buffer[m.start() :], at + m.start()
    if m := begin.match(buffer):
        # The end of the file cuts a record off.
        yield Raw(line, at, at + len(buffer), buffer[:SHOWN], problem=f"this <{m[1].decode()}> does not end: the file may be cut off")


def _end(buffer: bytes, m: re.Match[bytes]) -> int | None:
    """Where the element that begins here ends; at the next one of its name if it never does."""
    tag = buffer[m.start() + 1 : m.end()]
    close = buffer.find(b">", m.end())
    if close < 0:
        return None
    if buffer[close - 1 : close] == b"/":
        return close + 1
    # A second one that begins before the first ends says that the first never does.
    found = re.compile(rb"<(/?)" + re.escape(tag) + rb"(?=[\s>])[^<>]*>?").search(buffer, close)
    return None if found is None else found.end() if found[1] else found.start()


def _raw(piece: bytes, line: int, start: int, codec: str) -> Raw:
    end = start + len(piece)
    try:
        return Raw(line, start, end, piece, parse(piece.decode(codec)))
    except UnicodeDecodeError as e:
        problem = f"byte 0x{piece[e.start]:02x} is not {codec.upper()}: convert the file, for instance with iconv -f latin1 -t utf-8"
    except LookupError:
        problem = f"unknown encoding {codec!r}: convert the file to UTF-8"
    except expat.ExpatError as e:
        problem = (
            f"not valid XML ({expat.errors.messages[e.code]}, line {line + e.lineno - 1}): check its tags, and that & and < in texts are written &amp; and &lt;"
        )
    return Raw(line, start, end, piece[:SHOWN], problem=problem)


def parse(piece: str) -> Element:
    """One element, its names and its attributes' names without prefix. Raises expat.ExpatError."""
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    local = lambda name: name.rpartition(":")[2]
    parser.StartElementHandler = lambda name, attributes: builder.start(local(name), {local(k): v for k, v in attributes.items()})
    parser.EndElementHandler = lambda name: builder.end(local(name))
    parser.CharacterDataHandler = builder.data
    parser.Parse(_NAMED_ENTITY.sub(_character, piece).encode("utf-8", "replace"), True)
    return builder.close()


def _character(m: re.Match[str]) -> str:
    # A name that HTML does not know stays as it is printed.
    return html.entities.html5.get(m[1]) or f"&amp;{m[1]}"


def said(element: Element | None, path: str = ".") -> str | None:
    """The text of the first element at a path, markup in it left out, on one line; None if there is none."""
    found = element.find(path) if element is not None else None
    words = " ".join("".join(found.itertext()).split()) if found is not None else ""
    return words or None


def all_said(element: Element, path: str) -> list[str]:
    """The texts of all elements at a path."""
    return [words for x in element.findall(path) if (words := said(x))]


def without_markup(value: str | None) -> str | None:
    """A text without the elements that some sources put into it (italics, JATS paragraphs), on one line."""
    return " ".join(html.unescape(_ELEMENT.sub("", _BLOCK.sub(" ", value))).split()) or None if value else None

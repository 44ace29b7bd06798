"""XML from strangers: UTF-8, no DOCTYPE, and no larger than any document that means something."""

import re
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

# libxml2, which Magento parses with, refuses deeper documents too.
_MAX_DEPTH = 256
# No request has ten; each costs a copy of its namespace, however long that is.
_MAX_ELEMENTS = 1000
_DECLARED = re.compile(r"""\ufeff?<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']*)""")


class UnreadableDocumentError(ValueError):
    """Not a document that is read here; `doctype` if it was refused for declaring a type."""

    def __init__(self, *, doctype: bool = False) -> None:
        super().__init__("unreadable XML")
        self.doctype = doctype


class _Builder(TreeBuilder):
    """Builds the tree of a small document, and gives up on others where they grow too large."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        """An element begins."""
        self._depth += 1
        self._elements += 1
        if self._depth > _MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise UnreadableDocumentError
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        """An element ends."""
        self._depth -= 1
        return super().end(tag)


def read_document(body: bytes) -> Element:
    """The root element.

    Raises:
        UnreadableDocumentError: not well-formed, not UTF-8, with a DOCTYPE, too deep or too large.

    """
    try:
        text = body.decode()
        declared = _DECLARED.match(text)
        # expat takes NULs for UTF-16, whatever it is told.
        if "\0" in text or (declared and declared.group(1).lower() != "utf-8"):
            raise UnreadableDocumentError
        parser = DefusedXMLParser(target=_Builder(), encoding="utf-8", forbid_dtd=True)
        parser.feed(text)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise UnreadableDocumentError(doctype=True) from error
    except (ParseError, UnicodeError) as error:
        raise UnreadableDocumentError from error
    return root

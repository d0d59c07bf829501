"""What a picture file says about how it was made, in the words of each format.

PNG texts; an XMP packet for WebP and JPEG, in parts where JPEG's segments are too short for it;
EXIF for A1111's text. Knows no picture and no graph.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from xml.sax.saxutils import escape

GRAPH = "latentgraph"
MADE = "latentgraph-made"
PARAMETERS = "parameters"
SPACE = "urn:latentgraph:1"
STANDARD = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
NOTE = 'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP='
ROOM = 65_000
"""Bytes of XMP in one segment of a JPEG, with its header in mind: a segment has 65,533."""
EXIF_IFD, USER_COMMENT = 0x8769, 0x9286


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that a graph names: the list it is of, its name there, and its content."""

    list: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """document: the graph's canonical JSON; parameters: A1111's text. Empty ones are left out."""

    document: str = ""
    seed: str = ""
    models: Sequence[ModelFile] = ()
    parameters: str = ""

    def made(self) -> str:
        """Seed and model files as JSON, or nothing where there are none."""
        said: dict[str, object] = {"seed": self.seed} if self.seed else {}
        if self.models:
            said["models"] = [asdict(model) for model in self.models]
        return json.dumps(said, ensure_ascii=False) if said else ""

    def texts(self) -> Iterator[tuple[str, str]]:
        """Keys and texts of a PNG."""
        named = ((GRAPH, self.document), (MADE, self.made()), (PARAMETERS, self.parameters))
        return ((key, text) for key, text in named if text)

    def xmp(self) -> bytes:
        """The packet of a WebP, empty where there is nothing to say."""
        properties = self._properties()
        return _packet(properties) if properties else b""

    def xmp_segments(self) -> bytes:
        """APP1 segments of a JPEG: one packet, or a short one and the parts of a long one."""
        packet = self.xmp()
        if not packet:
            return b""
        if len(packet) <= ROOM:
            return _segment(STANDARD + packet)
        digest = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()
        found = _segment(STANDARD + _packet("", f' {NOTE}"{digest}"'))
        for at in range(0, len(packet), ROOM):
            head = digest.encode() + len(packet).to_bytes(4) + at.to_bytes(4)
            found += _segment(EXTENSION + head + packet[at : at + ROOM])
        return found

    def exif(self) -> bytes:
        """A1111's text as EXIF's user comment; one that is too long for a segment is left out."""
        if not self.parameters:
            return b""
        from PIL import Image

        exif = Image.Exif()
        comment = b"UNICODE\0" + self.parameters.encode("utf-16-be")
        exif.get_ifd(EXIF_IFD)[USER_COMMENT] = comment
        data = exif.tobytes()
        return data if len(data) <= ROOM else b""

    def _properties(self) -> str:
        named = (("graph", self.document), ("made", self.made()))
        return "".join(
            f"<latentgraph:{name}>{escape(text)}</latentgraph:{name}>"
            for name, text in named
            if text
        )


def _packet(properties: str, attributes: str = "") -> bytes:
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:latentgraph="{SPACE}"{attributes}>'
        f"{properties}</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    )
    return text.encode()


def _segment(body: bytes) -> bytes:
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body

"""What one request, one connection and the whole server take. Published at `/api/limits`."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from engine.document import MAX_NESTING, MAX_NODES
from engine.jsontext import MAX_DEPTH
from engine.structural import MAX_TURNS


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, counts and seconds. Those of the queue and of retention come from its policy.

    max_held_bytes: of all request bodies being read at one moment, taken together.
    """

    max_body_bytes: int = 8 << 20
    max_upload_bytes: int = 32 << 20
    max_held_bytes: int = 160 << 20
    max_pixels: int = 64_000_000
    max_nodes: int = MAX_NODES
    max_nesting: int = MAX_NESTING
    max_json_depth: int = MAX_DEPTH
    max_turns: int = MAX_TURNS
    max_batch: int = 100
    max_queue: int = 1000
    max_page: int = 200
    max_events_page: int = 1000
    max_wait_seconds: int = 120
    max_connections: int = 2000
    max_sockets: int = 256
    max_subscriptions: int = 256
    max_message_bytes: int = 64 << 10
    max_line_bytes: int = 8190
    max_headers: int = 128
    header_seconds: int = 20
    body_seconds: int = 30
    stalled_seconds: int = 10
    heartbeat_seconds: int = 20

    def to_json(self) -> dict[str, int]:
        return asdict(self)

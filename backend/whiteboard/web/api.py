"""``GET /api/boards/{board}``: a board and its position, for those who join (SPEC.md B8)."""

import asyncio
import gzip
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from aiohttp import web

from whiteboard.domain.positions import Position
from whiteboard.protocol.codec import check_board, encode
from whiteboard.rooms.room import Room
from whiteboard.rooms.rooms import Rooms

FORMAT_VERSION: Final = 1
_GZIP_LEVEL: Final = 4


class _Encoded(NamedTuple):
    position: Position
    compressed: "asyncio.Task[bytes]"


class BoardApi:
    """Boards over HTTP. A board is encoded and compressed once a position, for all who ask."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._encoded: WeakKeyDictionary[Room, _Encoded] = WeakKeyDictionary()

    async def get(self, request: web.Request) -> web.Response:
        """
        Answer with ``{"v", "board", "position", "elements"}``, or 304 when the client has this position already.

        Raises:
            BadBoard: the name is none.
            StoreUnavailable: Redis gave no answer in time (retry).
            Busy: too many boards are asked for at once (retry).
        """
        room = await self._rooms.read(check_board(request.match_info["board"]))
        headers = {"ETag": f'"{room.position}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        compressed = await asyncio.shield(self._compressed(room))
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=compressed, content_type="application/json", headers=headers)
        plain = await asyncio.to_thread(gzip.decompress, compressed)
        return web.Response(body=plain, content_type="application/json", headers=headers)

    def _compressed(self, room: Room) -> "asyncio.Task[bytes]":
        encoded = self._encoded.get(room)
        if encoded is None or encoded.position != room.position:
            plain = encode(
                {
                    "v": FORMAT_VERSION,
                    "board": room.name,
                    "position": str(room.position),
                    "elements": list(room.content.elements.values()),
                }
            )
            compressing = asyncio.create_task(asyncio.to_thread(gzip.compress, plain, _GZIP_LEVEL))
            encoded = self._encoded[room] = _Encoded(room.position, compressing)
        return encoded.compressed

"""``GET /api/boards/{board}``: a board and its position, for those who join (SPEC.md B8)."""

from aiohttp import web

from whiteboard.protocol.codec import check_board
from whiteboard.rooms.copies import unpacked
from whiteboard.rooms.rooms import Rooms


class BoardApi:
    """Boards over HTTP."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def get(self, request: web.Request) -> web.StreamResponse:
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
        position, body = await self._rooms.copies.at_least(room)
        headers["ETag"] = f'"{position}"'
        # gzip ends with the length of what it holds. A page sees only what is unpacked: it knows what is to come.
        headers["Board-Length"] = str(int.from_bytes(body[-4:], "little"))
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return web.Response(body=body, content_type="application/json", headers=headers)
        headers |= {"Content-Length": headers["Board-Length"], "Content-Type": "application/json"}
        # Piece by piece, no faster than it is read: all of it would be a copy of its own for each slow reader.
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        if request.method != "HEAD":
            for piece in unpacked(body):
                await response.write(piece)
        await response.write_eof()
        return response

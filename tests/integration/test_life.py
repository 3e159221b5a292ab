"""The server's life with its embedded store: start, Ctrl-C, a second start, a sudden end."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.integration.board_client import STROKE
from tests.integration.fixtures import Join, StartReplica
from tests.integration.replica import COMMAND, Replica
from tests.integration.stock import StockClients
from tests.integration.waiting import eventually

SEGMENT = {"x0": 0, "y0": 0, "x1": 0.5, "y1": 0.5}


def valkey_of(replica: Replica) -> int:
    """Return the pid of the replica's embedded store."""
    return int((replica.folder / ".whiteboard" / "valkey.pid").read_text())


def runs(pid: int) -> bool:
    """Tell whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("signum", "group"), [(signal.SIGINT, True), (signal.SIGTERM, False)], ids=["Ctrl-C", "TERM"])
async def test_server_ends_well_and_the_next_one_has_the_drawing(
    start_replica: StartReplica, join: Join, board: str, signum: int, group: bool
) -> None:
    """[L1] [L2] Exit code 0 with people connected, no child left, each step a line; then all that was acknowledged."""
    replica = await start_replica()
    ann = await join(replica.url)
    strokes = [ann.add() for _ in range(20)]
    await ann.push(*strokes)
    valkey = valkey_of(replica)
    assert runs(valkey)

    assert await replica.stop(signum, group=group) == 0
    assert not runs(valkey)
    steps = [line["event"] for line in replica.lines() if line["event"] in ("serving", "stopping", "stopped")]
    assert steps == ["serving", "stopping", "stopped"]
    assert replica.lines("socket disconnected", sid=ann.welcome["sid"])

    await replica.start()
    _, snapshot = await replica.get(f"/api/boards/{board}")
    assert [element["id"] for element in snapshot["elements"]] == [stroke["id"] for stroke in strokes]
    assert snapshot["elements"][0] == {**STROKE, "id": strokes[0]["id"], "by": ann.welcome["sid"]}


async def test_start_after_a_sudden_end_has_the_drawing(start_replica: StartReplica, join: Join, board: str) -> None:
    """[L2] The store that outlived its server is ended, and nothing that it had is lost."""
    replica = await start_replica()
    ann = await join(replica.url)
    await ann.push(ann.add())
    orphan = valkey_of(replica)
    await replica.kill()
    assert runs(orphan)

    await replica.start()
    await eventually(lambda: not runs(orphan), "the orphan has ended")
    _, snapshot = await replica.get(f"/api/boards/{board}")
    assert len(snapshot["elements"]) == 1


async def test_stock_clients_come_back_by_themselves_after_a_restart(
    start_replica: StartReplica, stock: StockClients
) -> None:
    """[D6] [R1] Over WebSocket and over polling: the server closes in a way after which clients try again, and gives
    them their sessions back."""
    replica = await start_replica()
    ann = await stock.open(replica.url, transports=["websocket"])
    ben = await stock.open(replica.url, transports=["polling"])
    assert (await ann.ask("drawing", SEGMENT))["ok"]
    assert await replica.stop() == 0
    for client in (ann, ben):
        ((reason,),) = await client.hears("disconnect")
        assert reason.startswith("transport")
    await replica.start()
    for client in (ann, ben):
        await client.hears("connect", 2)
    assert (await ann.ask("drawing", SEGMENT))["ok"]
    await ben.hears("drawing", 2)
    assert [len(client.all("init")) for client in (ann, ben)] == [1, 1]


async def test_second_server_on_the_same_data_is_refused(start_replica: StartReplica) -> None:
    """[L1] Exit code 1 and one line that names the holder and the way out; the first one goes on."""
    first = await start_replica()
    refused = await _serve(first.folder, WHITEBOARD_PORT="0")
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert f"process {first.process.pid}" in line
    assert "WHITEBOARD_DATA_DIR" in line
    assert (await first.get("/readyz"))[0] == 200


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"WHITEBOARD_PROT": "3000"}, "WHITEBOARD_PROT (did you mean WHITEBOARD_PORT?)"),
        ({"WHITEBOARD_PORT": "high"}, "WHITEBOARD_PORT"),
        ({"WHITEBOARD_REDIS_URL": "localhost:6379"}, "WHITEBOARD_REDIS_URL"),
        ({"WHITEBOARD_ALLOWED_ORIGINS": "example.org"}, "WHITEBOARD_ALLOWED_ORIGINS"),
    ],
)
async def test_bad_setting_is_refused_by_name(tmp_path: Path, settings: dict[str, str], named: str) -> None:
    """[E1] Exit code 1 and one line, before anything is started."""
    refused = await _serve(tmp_path, **settings)
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert line.startswith("whiteboard: ")
    assert named in line
    assert not (tmp_path / ".whiteboard").exists()


async def test_port_in_use_is_refused(start_replica: StartReplica, tmp_path: Path) -> None:
    """[E1] Exit code 1, one line, and no store left behind."""
    first = await start_replica()
    refused = await _serve(tmp_path, WHITEBOARD_PORT=str(first.port))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(f"whiteboard: cannot listen on http://127.0.0.1:{first.port}: ")
    assert "--port" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr
    pidfile = tmp_path / ".whiteboard" / "valkey.pid"
    assert not pidfile.exists() or not runs(int(pidfile.read_text()))


async def test_serving_is_what_the_command_does_by_default(start_replica: StartReplica, tmp_path: Path) -> None:
    """[E1] Options need no `serve` before them; what is no number, or no command, ends with a line and exit code 2."""
    first = await start_replica()
    for options in (
        ("--port", str(first.port)),
        ("serve", "--port", str(first.port)),
        ("--host", "127.0.0.1", "serve"),
    ):
        refused = await _run(tmp_path, *options, WHITEBOARD_PORT=str(first.port))
        assert f":{first.port}: " in refused.stderr.splitlines()[-1], options
    for wrong in (("--port", "high"), ("sreve",)):
        refused = await _run(tmp_path, *wrong)
        assert refused.returncode == 2
        assert wrong[-1] in refused.stderr.splitlines()[-1]
        assert "Traceback" not in refused.stderr


async def _serve(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a server that is expected to end by itself."""
    return await _run(folder, "serve", **settings)


async def _run(folder: Path, *options: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the command, which is expected to end by itself."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WHITEBOARD_")}
    return await asyncio.to_thread(
        subprocess.run,
        [str(COMMAND), *options],
        env=environ | settings,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

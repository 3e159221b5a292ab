"""docs/engine.md: its example runs, and its tables and its list of modules are those of the code."""

import dataclasses
import re
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from whiteboard.engine import errors
from whiteboard.engine.options import Options
from whiteboard.engine.session import State

PAGE = (Path(__file__).parents[3] / "docs" / "engine.md").read_text()


async def test_the_example_works() -> None:
    """What one client says, the other one hears."""
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    names: dict[str, object] = {"__name__": "example"}
    exec(example[1], names)
    app = names["app"]
    assert isinstance(app, web.Application)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/engine.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as one, session.ws_connect(url) as two:
        for client in (one, two):
            assert (await client.receive_str())[0] == "0"
        await one.send_str("4hello")
        assert await two.receive_str() == "4hello"
    await runner.cleanup()


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Options)])
def test_every_option_is_in_the_table(name: str) -> None:
    """And no other is."""
    table = PAGE.split("## Limits")[1].split("##")[0]
    named = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert name in named
    assert set(named) <= {field.name for field in dataclasses.fields(Options)}


@pytest.mark.parametrize("state", State)
def test_every_state_is_in_the_table(state: State) -> None:
    assert f"\n| {state.name} |" in PAGE


def test_every_module_is_named() -> None:
    """With what it is about, and none that is gone."""
    built = PAGE.split("## How it is built")[1]
    modules = {path.stem for path in Path(errors.__file__).parent.glob("*.py")} - {"__init__"}
    assert {name.split(".")[0] for name in re.findall(r"`([a-z0-9_]+(?:\.\w+)?)`", built)} == modules

"""What a replica's process is asked for, by signals or by something that has failed: to leave, and how."""

import asyncio


class Orders:
    """
    Attributes:
        leave: set once the process is to end.
        hurry: set once nobody is to be waited for.
        failure: why it ends, if nobody asked for it.
    """

    def __init__(self) -> None:
        self.leave = asyncio.Event()
        self.hurry = asyncio.Event()
        self.failure: BaseException | None = None

    def drain(self) -> None:
        """Leave without anybody noticing. May be called again."""
        self.leave.set()

    def drain_or_hurry(self) -> None:
        """The first time ``drain``, from the second on ``stop``."""
        if self.leave.is_set():
            self.hurry.set()
        self.leave.set()

    def stop(self) -> None:
        """Leave at once, but well."""
        self.hurry.set()
        self.leave.set()

    def fail(self, error: BaseException) -> None:
        """Leave at once because of ``error``; the first one stays."""
        self.failure = self.failure or error
        self.stop()

    def settle(self) -> None:
        """Raise the failure, if there was one."""
        if self.failure is not None:
            raise self.failure

"""What integration tests share."""

from tests.integration.fixtures import board, join, pair, start_replica, stock

__all__ = ["board", "join", "pair", "start_replica", "stock"]

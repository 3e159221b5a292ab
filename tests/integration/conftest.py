"""What integration tests share."""

from tests.integration.fixtures import board, pair, start_replica, stock

__all__ = ["board", "pair", "start_replica", "stock"]

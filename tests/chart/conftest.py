"""What tests of the deployment share with those of whole replicas."""

from tests.integration.fixtures import board, pair, stock

__all__ = ["board", "pair", "stock"]

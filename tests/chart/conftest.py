"""What tests of the deployment share with those of whole replicas."""

from tests.integration.fixtures import board, stock

__all__ = ["board", "stock"]

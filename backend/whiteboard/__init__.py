"""A shared whiteboard for browsers that scales sideways."""

__version__ = "0.1.0"

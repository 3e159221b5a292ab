"""What a board is: pure values and functions; no await, no clock, no I/O."""

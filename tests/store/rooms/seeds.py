"""Seeds of tests that draw lots: a failing test's name tells the seed; put it into ``FIXED`` and it is run again."""

import os
import random

FIXED = (1, 2, 3, 700930)
# A new one each run, and the same for all processes that share the run.
_RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or random.SystemRandom().randbytes(8).hex()
SEEDS = (*FIXED, random.Random(_RUN).randrange(1_000_000))

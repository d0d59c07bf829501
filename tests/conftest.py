"""For all tests: one thread, so that results and times do not depend on what else runs."""

import os

os.environ["OMP_NUM_THREADS"] = "1"

"""Peer of `filter`: numpy over the whole columns, cold as well."""
import json
import os
import subprocess
import sys
import time

import numpy as np

paths = [os.path.join(sys.argv[1], name) for name in ("drug.i16", "mito.f32")]
for path in paths:
    subprocess.run(["dd", f"if={path}", "iflag=nocache", "count=0", "status=none"], check=True)
start = time.perf_counter()
drug = np.fromfile(paths[0], dtype="int16")
mito = np.fromfile(paths[1], dtype="float32")
cells = int(np.count_nonzero((drug == 7) & (mito < np.float32(0.1))))
print(json.dumps({"ok": True, "seconds": time.perf_counter() - start, "cells": cells}))

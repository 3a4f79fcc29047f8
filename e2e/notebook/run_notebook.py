"""Runs every code cell of a notebook in its folder and prints what it printed as JSON: python run_notebook.py NOTEBOOK [before]

`before` is Python that runs first (stand-ins for packages that are not here)."""
import contextlib
import io
import json
import os
import sys

import nbformat

notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
os.chdir(os.path.dirname(os.path.abspath(sys.argv[1])))
space = {"__name__": "__main__"}
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    if len(sys.argv) > 2:
        exec(sys.argv[2], space)
    for number, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        exec(compile(cell.source, f"cell {number}", "exec"), space)
adata = space["adata"]
variable = int(adata.var["highly_variable"].sum()) if "highly_variable" in adata.var else 0
de = {f"{row.target} {row.feature}": row.p_value for row in space["de"].itertuples()} if "de" in space else {}
json.dump({"printed": printed.getvalue(), "cells": adata.n_obs, "variable": variable, "kind": type(adata.X).__module__, "de": de}, sys.stdout)

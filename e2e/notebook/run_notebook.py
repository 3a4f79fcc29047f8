"""Runs every code cell of notebooks in their folders and prints what each printed as JSON: python run_notebook.py '[{"notebook": PATH, "before": CODE}]'

`before` is Python that runs first (stand-ins for packages that are not here). One program for several: umap-learn takes seconds to load and compile."""
import contextlib
import io
import json
import os
import sys

import nbformat


def run(notebook, before=""):
    read = nbformat.read(notebook, as_version=4)
    nbformat.validate(read)
    os.chdir(os.path.dirname(os.path.abspath(notebook)))
    space = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(before, space)
        for number, cell in enumerate(cell for cell in read.cells if cell.cell_type == "code"):
            exec(compile(cell.source, f"cell {number}", "exec"), space)
    adata = space["adata"]
    variable = int(adata.var["highly_variable"].sum()) if "highly_variable" in adata.var else 0
    de = {f"{row.target} {row.feature}": row.p_value for row in space["de"].itertuples()} if "de" in space else {}
    return {"printed": printed.getvalue(), "cells": adata.n_obs, "variable": variable, "kind": type(adata.X).__module__, "de": de}


json.dump([run(**one) for one in json.loads(sys.argv[1])], sys.stdout)

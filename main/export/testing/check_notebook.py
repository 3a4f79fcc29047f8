"""Checks a notebook: valid nbformat, every code cell compiles. With a folder its cells are also run up to the first analysis
step and from the comparison on, with a stand-in for scanpy where that is missing: python check_notebook.py file [folder]"""
import contextlib
import io
import json
import os
import sys
import types

import nbformat

notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
for number, source in enumerate(code):
    compile(source, f"cell {number}", "exec")
report = {"cells": [[cell.cell_type, cell.source] for cell in notebook.cells], "minor": notebook.nbformat_minor, "ids": [cell.id for cell in notebook.cells]}

if len(sys.argv) > 2:
    os.chdir(sys.argv[2])
    try:
        import scanpy  # noqa: F401
    except ImportError:
        stand_in = types.ModuleType("scanpy")
        stand_in.settings = types.SimpleNamespace(set_figure_params=lambda **_: None)
        sys.modules["scanpy"] = stand_in
    space = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        last_reading = next(i for i, source in enumerate(code) if "read_plate(name, *spec)" in source)
        for source in code[: last_reading + 1]:
            exec(source, space)
        first_comparison = next(i for i, source in enumerate(code) if "results_path =" in source)
        adata = space["adata"]
        report |= {
            "names": list(adata.obs_names), "genes": list(adata.var_names), "plate": list(adata.obs["plate"]),
            "X": adata.X.toarray().tolist(), "dtype": str(adata.X.dtype), "format": adata.X.format,
        }
        for source in code[first_comparison:]:
            exec(source, space)
    report["printed"] = printed.getvalue()
print(json.dumps(report))

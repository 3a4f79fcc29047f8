"""Evaluates expressions with pandas: python3 query.py TABLE.json, prints one list of 0 and 1 per expression.

TABLE.json: {"columns": {name: {"type": ..., "values": [...]}}, "expressions": [...]}; null is a missing value.
"""
import json
import sys

import numpy as np
import pandas as pd


def column(kind, values):
    if kind == "categorical":
        return pd.Categorical(values)
    if kind == "string":
        return pd.array([None if v is None else v for v in values], dtype=object)
    return np.array([np.nan if v is None else v for v in values], dtype=kind)


def main():
    request = json.load(open(sys.argv[1], encoding="utf-8"))
    table = pd.DataFrame({name: column(c["type"], c["values"]) for name, c in request["columns"].items()})
    table["row"] = np.arange(len(table))
    print(json.dumps([
        table["row"].isin(table.query(text, engine="python")["row"]).astype(int).tolist() for text in request["expressions"]
    ]))


main()

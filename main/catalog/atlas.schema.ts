/** Tables of what an atlas is about: drugs, lines, genes, samples, and cells per condition (at most about 1e5 rows each). */

export const atlasTables = `
  -- Names are kept as the source writes them; keys are normalised (protocol/labels.ts) and are what tables join on.
  CREATE TABLE drugs (
    drug TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    targets TEXT,
    moa_broad TEXT,
    moa_fine TEXT,
    approved TEXT,
    trials TEXT,
    notes TEXT,
    smiles TEXT,
    pubchem_cid TEXT
  ) STRICT;
  CREATE TABLE drug_targets (
    drug TEXT NOT NULL REFERENCES drugs (drug) ON DELETE CASCADE,
    target TEXT NOT NULL,
    PRIMARY KEY (drug, target)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX targets_by_name ON drug_targets (target);
  CREATE TABLE cell_lines (
    line TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    depmap TEXT,
    organ TEXT
  ) STRICT;
  CREATE TABLE line_drivers (
    line TEXT NOT NULL REFERENCES cell_lines (line) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    gene TEXT,
    zygosity TEXT,
    variant TEXT,
    effect TEXT,
    mechanism TEXT,
    gene_type TEXT,
    PRIMARY KEY (line, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE genes (
    symbol TEXT PRIMARY KEY,
    ensembl_id TEXT,
    token_id INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE samples (
    sample TEXT PRIMARY KEY,
    plate TEXT NOT NULL,
    drug TEXT NOT NULL,
    drug_label TEXT NOT NULL,
    treatment TEXT,
    dose REAL,
    unit TEXT,
    mean_genes REAL,
    mean_counts REAL,
    mean_reads REAL,
    mean_mito REAL,
    -- Why the treatment text could not be read; null when it could.
    flaw TEXT
  ) STRICT;
  CREATE INDEX samples_by_treatment ON samples (plate, drug, dose);
  -- Released cells per line x drug x dose x plate.
  CREATE TABLE conditions (
    drug TEXT NOT NULL,
    line TEXT NOT NULL,
    plate TEXT NOT NULL,
    dose REAL NOT NULL,
    cells INTEGER NOT NULL,
    -- Estimated: cells times the mean number of genes per cell of the samples.
    nonzeros INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (drug, line, plate, dose)
  ) STRICT, WITHOUT ROWID;
  -- Sums of conditions, kept beside them: lists and queries need them at every keystroke.
  CREATE TABLE condition_totals (
    axis TEXT NOT NULL CHECK (axis IN ('drug', 'line', 'plate')),
    name TEXT NOT NULL,
    cells INTEGER NOT NULL,
    nonzeros INTEGER NOT NULL,
    PRIMARY KEY (axis, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE imports (
    kind TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    digest TEXT NOT NULL,
    rows INTEGER NOT NULL,
    imported_at TEXT NOT NULL
  ) STRICT;
  -- What registering a file found out about its cells: cells per sample and line, labels of its obs columns.
  CREATE TABLE dataset_groups (
    dataset TEXT NOT NULL REFERENCES datasets (name) ON DELETE CASCADE,
    plate TEXT NOT NULL,
    sample TEXT NOT NULL,
    drug TEXT NOT NULL,
    dose REAL,
    unit TEXT,
    line TEXT NOT NULL,
    cells INTEGER NOT NULL,
    full_cells INTEGER,
    stored INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX groups_by_dataset ON dataset_groups (dataset);
  CREATE TABLE dataset_columns (
    dataset TEXT NOT NULL REFERENCES datasets (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- number, codes or text (too many different values to list).
    kind TEXT NOT NULL,
    labels TEXT,
    PRIMARY KEY (dataset, name)
  ) STRICT, WITHOUT ROWID;
`;

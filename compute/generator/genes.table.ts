/** Gene symbols with a role in the model, and the families from which all other symbols are made up. */

/** Mitochondrial genes: first those that give nearly all reads, then the transfer RNAs. */
export const mitoGenes: readonly string[] = [
  'MT-CO1', 'MT-CO2', 'MT-CO3', 'MT-ND4', 'MT-CYB', 'MT-ND1', 'MT-ATP6', 'MT-ND2', 'MT-RNR2', 'MT-ND3', 'MT-ND5', 'MT-RNR1',
  'MT-ND4L', 'MT-ATP8', 'MT-ND6', 'MT-TA', 'MT-TC', 'MT-TD', 'MT-TE', 'MT-TF', 'MT-TG', 'MT-TH', 'MT-TI', 'MT-TK', 'MT-TL1',
  'MT-TL2', 'MT-TM', 'MT-TN', 'MT-TP', 'MT-TQ', 'MT-TR', 'MT-TS1', 'MT-TS2', 'MT-TT', 'MT-TV', 'MT-TW', 'MT-TY',
];

/** Genes that rise while DNA is copied. */
export const sPhaseGenes: readonly string[] = [
  'MCM5', 'PCNA', 'TYMS', 'FEN1', 'MCM2', 'MCM4', 'RRM1', 'UNG', 'GINS2', 'MCM6', 'CDCA7', 'DTL', 'PRIM1', 'UHRF1', 'HELLS',
  'RFC2', 'NASP', 'RAD51AP1', 'GMNN', 'WDR76', 'SLBP', 'CCNE2', 'MSH2', 'ATAD2', 'RAD51', 'RRM2', 'CDC45', 'CDC6', 'EXO1',
  'TIPIN', 'DSCC1', 'BLM', 'USP1', 'CLSPN', 'POLA1', 'CHAF1B', 'BRIP1', 'E2F8',
];

/** Genes that rise before and in division. */
export const g2mPhaseGenes: readonly string[] = [
  'HMGB2', 'CDK1', 'NUSAP1', 'UBE2C', 'BIRC5', 'TPX2', 'TOP2A', 'NDC80', 'CKS2', 'NUF2', 'CKS1B', 'MKI67', 'TMPO', 'CENPF',
  'TACC3', 'SMC4', 'CCNB2', 'CKAP2', 'AURKB', 'BUB1', 'KIF11', 'ANP32E', 'TUBB4B', 'GTSE1', 'KIF20B', 'HJURP', 'CDCA3', 'CDC20',
  'TTK', 'CDC25C', 'KIF2C', 'NCAPD2', 'DLGAP5', 'CDCA8', 'ECT2', 'KIF23', 'HMMR', 'AURKA', 'ANLN', 'CENPE', 'NEK2', 'CENPA',
];

/** Abundant in every cell; they take the first ranks. */
export const abundantGenes: readonly string[] = [
  'MALAT1', 'NEAT1', 'EEF1A1', 'ACTB', 'GAPDH', 'TMSB10', 'FTL', 'FTH1', 'VIM', 'KRT8', 'KRT18', 'TPT1', 'HSP90AB1', 'PTMA',
  'RPLP0', 'RPLP1', 'RPL3', 'RPL4', 'RPL10', 'RPL13', 'RPS2', 'RPS3', 'RPS6', 'RPS18', 'RPS27', 'TUBA1B', 'ENO1', 'PKM', 'LDHA',
  'HNRNPA2B1', 'NPM1', 'NCL', 'YBX1', 'HMGA1', 'S100A11', 'ANXA2', 'LGALS1', 'B2M', 'CALM1', 'PPIA',
];

/** A made-up symbol is prefix + running number + suffix; coding families take popular ranks, the others rare ones. */
export const codingFamilies: readonly string[] = [
  'ZNF', 'SLC25A', 'SLC35F', 'TMEM', 'CCDC', 'FAM', 'KIF', 'RAB', 'TTC', 'LRRC', 'ANKRD', 'PCDHB', 'KRTAP', 'COL', 'CYP', 'GPR',
  'RBM', 'DDX', 'PSMD', 'NDUFA', 'COX', 'UQCR', 'EIF', 'SRSF', 'HNRNP', 'UBE', 'USP', 'TRIM', 'BTBD', 'KLHL', 'ARHGAP', 'RHOB',
  'MAP', 'CDK', 'PPP', 'PTPN', 'ATP', 'ABCA', 'TNFRSF', 'IL', 'CXCL', 'HOXA', 'SOX', 'FOX', 'TBX', 'NR',
];
export const rareFamilies: readonly (readonly [prefix: string, suffix: string])[] = [
  ['LINC0', ''], ['RNU6-', 'P'], ['MIR', ''], ['SNORD', ''], ['RPL', 'P'], ['RPS', 'P'], ['ZNF', '-AS1'], ['OR', 'P'], ['IGHV', ''], ['RN7SL', 'P'],
];

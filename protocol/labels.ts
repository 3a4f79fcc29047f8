/** Labels of drugs, lines and plates as keys: the stored text stays as it is, comparisons use its normalised form. */

/** Unicode NFC, outer blanks cut, inner blanks single: "Erdafitinib " -> "Erdafitinib". Case is kept: names differ by it. */
export function labelKey(label: string): string {
  return label.normalize('NFC').trim().replaceAll(/\s+/g, ' ');
}

/** The vehicle control of the atlas, by its whole name: "Trametinib (DMSO_TF solvate)" is a drug. */
export const controlDrug = 'DMSO_TF';

export function isControl(label: string): boolean {
  return labelKey(label) === controlDrug;
}

/** A dose as a key: 3 significant digits, so that float32's 0.0500000007 and 0.05 are one. */
export function doseKey(dose: number): number {
  return dose === 0 ? 0 : Number(dose.toPrecision(3));
}

/** Drug targets as separate names: "BRAF, RAF1" -> BRAF, RAF1. Texts that mean "none known" give none. */
export function targetNames(text: string | null): string[] {
  if (text === null) return [];
  const names = text.split(/[,;]/).map(labelKey).filter((name) => name !== '' && !/^(none|unknown|nan|n\/a)$/i.test(name));
  return [...new Set(names)];
}

/** Ensembl ids are matched without their version: ENSG00000000003.15 -> ENSG00000000003. */
export function ensemblKey(id: string): string {
  return id.trim().replace(/\.\d+$/, '');
}

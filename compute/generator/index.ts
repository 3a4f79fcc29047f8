/** Tahoe-like plates with known truth: generatePlate writes one; plateModel and createDrawer give its cells in memory. */
export { blockRows, drawBlocks, generatePlate, type PlateStorage, type PlateSummary, type PlateTarget } from './plate.ts';
export { plateModel, type PlateDesign, type PlateModel } from './model.ts';
export { createDrawer, type CellBlock } from './cells.ts';
export { generatorVersion } from './truth.ts';
export { wellsPerPlate, type PlateLayout, type Well } from './layout.ts';
export { controlDrug, drugTable } from './drugs.table.ts';
export { lineTable } from './lines.table.ts';

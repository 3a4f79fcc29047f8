/** Parameters of the plate generator: demo data with the layout of the Tahoe atlas and known truth inside. */
import { z } from 'zod';
import { param, wholeNumber } from './params.ts';

export const generateSchema = z.strictObject({
  plates: param(wholeNumber(1, 14).default(3), { help: 'Number of plates.', unit: 'plates' }),
  cells: param(wholeNumber(1, 20_000_000).default(4000), { help: 'Cells per plate.', unit: 'cells' }),
  genes: param(wholeNumber(100, 62_710).default(62_710), { help: 'Genes.', unit: 'genes' }),
  seed: param(wholeNumber(0, 0xffffffff).default(1), { help: 'The same seed gives the same files.' }),
  lines: param(wholeNumber(1, 50).default(50), { help: 'Cell lines pooled in every well.' }),
  drugs: param(wholeNumber(1, 379).default(379), { help: 'Drugs besides the control DMSO_TF.' }),
  plate_chunks: param(z.boolean().default(false), { help: 'Chunk sizes of the real plates.' }),
  index_dtype: param(z.enum(['int32', 'int64']).default('int32'), { help: 'Type of the column indices.' }),
});

export type GenerateParams = z.infer<typeof generateSchema>;

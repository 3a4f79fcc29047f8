/** Writes one demo plate. */
import { generatePlate, type PlateSummary } from '../generator/plate.ts';
import type { CallContext } from './contract.ts';
import { cancelSignal } from './signal.ts';

export interface GenerateCall {
  readonly path: string;
  /** From 1. */
  readonly plate: number;
  readonly cells: number;
  readonly genes: number;
  readonly seed: number;
  readonly lines: number;
  readonly drugs: number;
  readonly plateChunks: boolean;
  readonly indexType: 'int32' | 'int64';
}

export type GenerateAnswer = PlateSummary;

export async function runGeneratePlate(call: GenerateCall, context: CallContext): Promise<GenerateAnswer> {
  const { path, plate, cells, genes, seed, lines, drugs, plateChunks, indexType } = call;
  const signal = cancelSignal(context);
  return generatePlate({ plate, cells, genes, seed, lines, drugs }, { plateChunks, indexType }, {
    path, signal,
    onCells(done) {
      signal.throwIfAborted();
      context.report(done, cells, 'cells');
    },
  });
}

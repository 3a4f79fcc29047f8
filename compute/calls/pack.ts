/** Packs a range of rows. */
import { encodeRange, type EncodedRows, type EncodeRequest } from '../stores/index.ts';
import type { CallContext } from './contract.ts';
import { cancelSignal } from './signal.ts';

export type PackCall = EncodeRequest;
export type PackCallAnswer = EncodedRows;

export async function runPackRange(call: PackCall, context: CallContext): Promise<PackCallAnswer> {
  return encodeRange(call, cancelSignal(context));
}

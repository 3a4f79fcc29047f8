/** Element types of an SCDL folder: from its header where there is one (big-endian), else the defaults of older versions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, messageOf } from '../../../protocol/errors.ts';
import { scdlFiles, type ScdlType } from './contract.ts';

export interface ScdlTypes {
  readonly values: ScdlType;
  readonly ids: ScdlType;
  readonly pointers: ScdlType;
}

/** Before there were headers. */
const defaults: ScdlTypes = { values: 'float32', ids: 'uint32', pointers: 'uint64' };
/** By the number in the header, from 1. */
const types: readonly ScdlType[] = ['uint8', 'uint16', 'uint32', 'uint64', 'float16', 'float32', 'float64'];
const roles: Readonly<Record<string, keyof ScdlTypes>> = { DATA: 'values', COLPTR: 'ids', ROWPTR: 'pointers' };

/** Errors: corrupt-file, unsupported-encoding for a layout in chunks. */
export function scdlTypes(folder: string): ScdlTypes {
  const path = join(folder, scdlFiles.header);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return defaults;
  }
  try {
    return parse(bytes, path);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw failure('corrupt-file', { path, element: 'the header', reason: messageOf(thrown) }, thrown);
    throw thrown;
  }
}

function parse(bytes: Buffer, path: string): ScdlTypes {
  if (bytes.toString('latin1', 0, 4) !== 'SCDL') throw failure('corrupt-file', { path, element: 'the header', reason: 'it does not begin with SCDL' });
  const backend = bytes.readUInt32BE(8);
  if (backend !== 1) throw failure('unsupported-encoding', { path, element: 'the arrays', encoding: `backend ${backend} (arrays in chunks)` });
  const out = { ...defaults };
  let at = 16;
  for (let left = bytes.readUInt32BE(12); left > 0; left--) {
    const nameBytes = bytes.readUInt32BE(at);
    const name = bytes.toString('utf8', at + 4, at + 4 + nameBytes);
    at += 4 + nameBytes + 8;
    const type = types[bytes.readUInt32BE(at) - 1];
    const role = roles[name];
    if (role !== undefined && type === undefined) throw failure('unsupported-encoding', { path, element: name, encoding: `type ${bytes.readUInt32BE(at)}` });
    if (role !== undefined) out[role] = type!;
    const dimensions = bytes.readUInt8(at + 4) === 0 ? 0 : bytes.readUInt32BE(at + 5);
    at += bytes.readUInt8(at + 4) === 0 ? 5 : 9 + 4 * dimensions;
  }
  return out;
}

/** A thread that reads a whole remote file piece by piece, in an order of its own, as workers of a pass do. */
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { openBytes } from '../../file.ts';

const { path, pieceBytes, step } = workerData as { path: string; pieceBytes: number; step: number };

const bytes = openBytes(path);
const whole = new Uint8Array(bytes.size);
const pieces = Math.ceil(bytes.size / pieceBytes);
for (let i = 0; i < pieces; i++) {
  const at = ((i * step) % pieces) * pieceBytes;
  bytes.readInto(at, whole.subarray(at, Math.min(bytes.size, at + pieceBytes)));
}
bytes.close();
parentPort!.postMessage(createHash('sha256').update(whole).digest('hex'));

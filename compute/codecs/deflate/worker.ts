/** Worker thread of a crew: packs one chunk after the other and sends each back in the memory it came in. */
import { constants, deflateSync } from 'node:zlib';
import { parentPort } from 'node:worker_threads';
import type { PackAnswer, PackTask } from './crew.ts';
import { threadDeflater } from './deflater.ts';
import { shuffleBytes } from './zlib.ts';

const port = parentPort!;

port.on('message', ({ id, chunk, bytes, elementBytes }: PackTask) => {
  const raw = new Uint8Array(chunk, 0, bytes);
  // Where the own module is not built, and for huge chunks.
  const packed = threadDeflater()?.deflate(raw, elementBytes) ?? deflateSync(shuffleBytes(raw, elementBytes), { level: 1, strategy: constants.Z_RLE });
  // Noise may take more room than it had.
  const home = packed.length <= chunk.byteLength ? chunk : new ArrayBuffer(packed.length);
  new Uint8Array(home).set(packed);
  port.postMessage({ id, chunk: home, bytes: packed.length } satisfies PackAnswer, [home]);
});

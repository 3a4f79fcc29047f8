/** Describes one file: structure, columns, counts, problems, and the digests by which it is known again. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { InspectAnswer, InspectJob } from '../../protocol/jobs.ts';
import { formatCount } from '../../protocol/format.ts';
import type { InspectReport } from '../../protocol/inspect.ts';
import { asFingerprint, type Fingerprint } from '../../protocol/ids.ts';
import { describeZarrStore, isZarrStore } from '../../io/stamp.ts';
import { readStub } from '../../io/remote/stub.ts';
import { indexPlate } from '../columns/index-plate.ts';
import { openPlate } from '../stores/index.ts';
import { digestNames } from './name-digest.ts';

export interface InspectHost {
  answer(answer: InspectAnswer): void;
  readonly signal: AbortSignal;
}

export async function runInspect(job: InspectJob, host: InspectHost): Promise<number> {
  const plate = await openPlate(job.path);
  try {
    const report = await plate.inspect({ scan: job.scan, signal: host.signal });
    const names = digestNames(plate);
    const fingerprint = fileFingerprint(job.path);
    host.answer({
      report: withCopies(report, names.copies),
      facts: plate.matrices().length > 0 ? plate.facts(job.name) : null,
      fingerprint,
      obsDigest: names.digest,
      varDigest: createHash('sha256').update(plate.geneNames().join('\n')).digest('hex'),
      index: job.cache === undefined ? null : await indexPlate(plate, fingerprint, job.cache),
    });
  } finally {
    plate.close();
  }
  return process.memoryUsage.rss();
}

function withCopies(report: InspectReport, copies: number): InspectReport {
  if (copies === 1) return report;
  const message = `The same ${formatCount(report.n_obs / copies)} cell names are repeated ${copies} times: the file holds copies of one plate.`;
  return { ...report, problems: [...report.problems, { kind: 'repeated-cells', message, where: 'obs' }] };
}

const pieceBytes = 1 << 20;
const pieces = 66;

/**
 * Size, modification time and a digest of the file's first and last MiB and 64 spread between: fast on any size, and
 * any rewriting of the file shows. A full digest is taken where one was asked for. A Zarr store is known by its documents and by
 * names, sizes and times of its files: its chunks are too many to open.
 */
export function fileFingerprint(path: string): Fingerprint {
  const hash = createHash('sha256');
  const stub = readStub(path);
  // A remote file is known by the version that its server names: reading 66 MiB of it would take long.
  if (stub !== null) return asFingerprint(hash.update(`remote ${stub.remote.size} ${stub.remote.etag ?? stub.remote.modified ?? ''}`).digest('hex'));
  if (isZarrStore(path)) {
    describeZarrStore(path, (words) => hash.update(words));
    return asFingerprint(hash.digest('hex'));
  }
  for (const file of filesOf(path)) {
    const fd = openSync(file, 'r');
    try {
      const { size, mtimeMs } = fstatSync(fd);
      hash.update(`${size}:${Math.round(mtimeMs)}\n`);
      const buffer = Buffer.alloc(Math.min(size, pieceBytes));
      for (let piece = 0; piece < pieces; piece++) {
        const at = Math.floor((Math.max(0, size - buffer.length) * piece) / (pieces - 1));
        hash.update(buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, at)));
        if (size <= pieceBytes) break;
      }
    } finally {
      closeSync(fd);
    }
  }
  return asFingerprint(hash.digest('hex'));
}

/** A 10x matrix is a folder of three files. */
function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().map((name) => join(path, name)).filter((file) => statSync(file).isFile());
}

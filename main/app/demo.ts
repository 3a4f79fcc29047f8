/** Demo plates: made by an engine, and for a workspace without data of its own also registered. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../io/make-folder.ts';
import { failure } from '../../protocol/errors.ts';
import type { JobEvent } from '../../protocol/events.ts';
import { asJobId } from '../../protocol/ids.ts';
import type { GenerateAnswer } from '../../protocol/jobs.ts';
import { generateSchema, type GenerateParams } from '../../steps/generate.ts';
import { listDatasets } from '../catalog/datasets.ts';
import { registerFile } from '../datasets/register.ts';
import { callEngine } from '../engine/call.ts';
import type { StartEngine } from '../engine/contract.ts';
import { probeHardware, type Limits } from '../preflight/hardware.ts';
import type { Workspace } from '../workspace.ts';

export interface MakeOptions {
  readonly start: StartEngine;
  readonly limits: Limits;
  readonly signal?: AbortSignal;
  onEvent?(event: JobEvent): void;
}

/** @throws already-exists, disk-full, cancelled... */
export async function makePlates(folder: string, params: GenerateParams, options: MakeOptions): Promise<GenerateAnswer> {
  const target = resolve(folder);
  makeFolder(target);
  const hardware = probeHardware(target, options.limits);
  const answer = await callEngine<GenerateAnswer>(
    { kind: 'generate', id: asJobId(randomUUID()), folder: target, params, workers: hardware.workers, memoryBytes: hardware.memoryBytes }, options,
  );
  if (!answer) throw failure('internal', { detail: 'the generator wrote nothing' });
  return answer;
}

export interface DemoOptions extends MakeOptions {
  /** Called before plates are made, when there are none yet. */
  onMake?(): void;
}

/** Makes and registers the demo; goes on where an earlier start was interrupted. Null when the workspace has data of its own. */
export async function makeDemo(workspace: Workspace, options: DemoOptions): Promise<GenerateAnswer | null> {
  const folder = join(workspace.root, 'demo');
  const params = generateSchema.parse({});
  const known = listDatasets(workspace.catalog).map((row) => row.path);
  if (known.length >= params.plates || known.some((path) => dirname(path) !== folder)) return null;
  let answer: GenerateAnswer | null = null;
  let plates = demoFiles(folder).filter((path) => path.endsWith('.h5ad'));
  if (plates.length !== params.plates) {
    options.onMake?.();
    for (const path of demoFiles(folder)) rmSync(path);
    answer = await makePlates(folder, params, options);
    plates = [...answer.files];
  }
  for (const path of plates) {
    await registerFile(workspace, path, { start: options.start, scan: false, ...(options.signal ? { signal: options.signal } : {}) });
  }
  return answer;
}

/** Demo plates of this workspace, whole or in the making. */
function demoFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /^plate\d+_demo\.h5ad(\.part)?$/.test(name)).map((name) => join(folder, name));
}

/** Hooks from a module, and what hooks give, looked at before it is used. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../protocol/errors.ts';
import type { FetchedRows, LoaderHooks } from './contract.ts';
import { refuse } from './options.ts';

const names = ['fetch', 'fetchTransform', 'batch', 'batchTransform'] as const;

/** A path (from the working folder) or an address as the module's address. */
export const moduleAddress = (module: string): string => (/^(file|data|node):/.test(module) ? module : pathToFileURL(resolve(module)).href);

/** `address`: see moduleAddress. @throws invalid-parameter when it cannot be loaded or exports no hook */
export async function hooksFrom(address: string): Promise<LoaderHooks> {
  let found: Readonly<Record<string, unknown>>;
  try {
    found = (await import(address)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    refuse('hooksModule', address, `it cannot be loaded: ${messageOf(thrown)}`, thrown);
  }
  const hooks = Object.fromEntries(names.flatMap((name) => (typeof found[name] === 'function' ? [[name, found[name]]] : []))) as LoaderHooks;
  if (Object.keys(hooks).length === 0) refuse('hooksModule', address, `it exports none of ${names.join(', ')}`);
  return hooks;
}

/** What a hook gives. @throws invalid-parameter when it throws or answers later */
export function asked<T extends object>(hook: keyof LoaderHooks, ask: () => T): T {
  let given: T;
  try {
    given = ask();
  } catch (thrown) {
    refuse(`hook ${hook}`, 'a function', `it threw: ${messageOf(thrown)}`, thrown);
  }
  if (given instanceof Promise) {
    given.catch(() => undefined);
    refuse(`hook ${hook}`, 'a promise', 'hooks are asked in turn and must answer at once');
  }
  return given;
}

/** Rows that a hook gives for those wanted: the same rows in the same order, as CSR over `width` columns. @throws invalid-parameter */
export function checkedRows(hook: keyof LoaderHooks, given: FetchedRows, wanted: Uint32Array, width: number): FetchedRows {
  const wrong = (reason: string): never => refuse(`hook ${hook}`, 'what it gave', reason);
  const { rows, indptr, indices, values } = given;
  for (const [name, array] of Object.entries({ rows, indptr, indices, values })) if (!ArrayBuffer.isView(array)) wrong(`${name} is no typed array`);
  if (rows.length !== wanted.length) wrong(`${rows.length} rows where ${wanted.length} were wanted: leave cells out by a subset`);
  for (let i = 0; i < wanted.length; i++) if (rows[i] !== wanted[i]) wrong(`row ${rows[i]} at place ${i}, where row ${wanted[i]} was wanted`);
  if (indptr.length !== rows.length + 1 || indptr[0] !== 0) wrong(`indptr must have ${rows.length + 1} places and begin with 0`);
  for (let i = 0; i < rows.length; i++) if (indptr[i + 1]! < indptr[i]!) wrong(`indptr falls from ${indptr[i]} to ${indptr[i + 1]} at row ${wanted[i]}`);
  const stored = indptr[rows.length]!;
  if (indices.length < stored || values.length < stored) wrong(`indptr ends at ${stored}, but there are ${Math.min(indices.length, values.length)} entries`);
  for (let i = 0; i < stored; i++) if (!(indices[i]! >= 0 && indices[i]! < width)) wrong(`entry ${i} names column ${indices[i]} of ${width}`);
  return given;
}

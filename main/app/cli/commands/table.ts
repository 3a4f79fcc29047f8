/** Every command, in the order in which one meets them. */
import type { Command } from '../command.ts';
import { add } from './add.ts';
import { bench } from './bench.ts';
import { catalog } from './catalog.ts';
import { compare } from './compare.ts';
import { de } from './de.ts';
import { doctor } from './doctor.ts';
import { download } from './download.ts';
import { exportCommand } from './export.ts';
import { generate } from './generate.ts';
import { inspect } from './inspect.ts';
import { list } from './list.ts';
import { pack } from './pack.ts';
import { preflight } from './preflight.ts';
import { query } from './query.ts';
import { recipe } from './recipe.ts';
import { remote } from './remote.ts';
import { results } from './results.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';
import { sources } from './sources.ts';
import { sql } from './sql.ts';
import { start } from './start.ts';

export const commands: readonly Command[] = [start, serve, generate, inspect, add, list, sources, download, remote, catalog, query, sql, recipe, preflight, run, results, de, compare, exportCommand, pack, bench, doctor];

/** Differential expression of 50 drugs on one plate against scipy's test gene by gene, on normalised values and on counts. */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drugTable } from '../../compute/generator/drugs.table.ts';
import { readNumbers } from '../../compute/results/parquet/block-table.ts';
import type { DeFacts } from '../../compute/steps/de-facts.ts';
import type { Measured, PairedCase, Round } from '../harness/case.ts';
import { peerProgram, resultOf, truckee } from '../harness/truckee.ts';
import { runCommand } from '../harness/measure.ts';

/** The first 50 of the 94 drugs of a first plate. */
const drugs = drugTable.slice(0, 50).map((name) => name.trim());
/** Genes between two that the peer tests: all would take it hours. */
const every = 400;

function deCase(method: 'wilcoxon' | 'wilcoxon_counts', leastRatio: number): PairedCase {
  return {
    kind: 'paired',
    title: `50 drugs of 100,000 cells against the control, 62,710 genes, ${method}`,
    reach: `at least ${leastRatio}x scipy gene by gene (every ${every}th gene, scaled), p equal to 1e-8`,
    metric: 'seconds',
    leastRatio,
    data: 'plate-100k',
    ours: {
      async prepare(round) {
        await runCommand(truckee('add', ...round.files, '--workspace', join(round.scratch, 'workspace')), round.threads);
        const params = { method, groupby: 'drug', groups: drugs, strata: [] };
        writeFileSync(join(round.scratch, 'recipe.json'), JSON.stringify({ truckee: 1, name: 'bench-de', steps: [{ step: 'de', params }] }));
      },
      command: (round: Round) =>
        truckee('run', join(round.scratch, 'recipe.json'), '--workspace', join(round.scratch, 'workspace'), '--workers', String(round.threads), '--memory', '1GiB', '--json'),
    },
    peer: {
      command: ({ files, scratch }) =>
        peerProgram('de', files[0]!, '--drugs', JSON.stringify(drugs), '--every', String(every), '--out', join(scratch, 'peer'), ...(method === 'wilcoxon' ? [] : ['--counts'])),
    },
    compare: async (ours, peer) => {
      console.log(`  peer: ${String(peer.answer['tested_seconds'])} s for ${String(peer.answer['tested_genes'])} genes, times ${Number(peer.answer['scale']).toFixed(1)}; ${String(peer.answer['prepared_seconds'])} s to read and normalise`);
      return differences(ours, peer);
    },
  };
}

export const de = deCase('wilcoxon', 20);
export const deCounts = deCase('wilcoxon_counts', 20);

/** Every test that the peer made. */
function differences(ours: Measured, peer: Measured): string[] {
  const wanted = JSON.parse(readFileSync(String(peer.answer['file']), 'utf8')) as { genes: number[]; u: number[][]; p: number[][] };
  const folder = resultOf(ours.results, 'de');
  const { strata } = JSON.parse(readFileSync(join(folder, 'uns', 'de.json'), 'utf8')) as DeFacts;
  const [stratum] = strata.filter((one) => one.file !== null);
  const path = join(folder, stratum!.file!);
  const fd = openSync(path, 'r');
  let [worst, wrong, compared] = [0, 0, 0];
  drugs.forEach((drug, d) => {
    const target = stratum!.targets.findIndex((one) => one.target.trim() === drug);
    const p = readNumbers(fd, path, stratum!.places!, 'p_value', target);
    const u = readNumbers(fd, path, stratum!.places!, 'statistic', target);
    wanted.genes.forEach((gene, at) => {
      compared += 1;
      wrong += Number(u[gene] !== wanted.u[d]![at]);
      worst = Math.max(worst, Math.abs(p[gene]! - wanted.p[d]![at]!) / Math.max(wanted.p[d]![at]!, 1e-300));
    });
  });
  closeSync(fd);
  console.log(`  ${compared} tests: U differs in ${wrong}, p by at most ${worst.toExponential(1)} of itself`);
  return [...(wrong > 0 ? [`U differs in ${wrong} of ${compared} tests`] : []), ...(worst < 1e-8 ? [] : [`p differs by ${worst.toExponential(1)}`])];
}

/** A step's plan made anew in the engine, when its inputs have told what the host could only bound from above. */
import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { failure } from '../../protocol/errors.ts';
import type { JobStep, PipelineJob } from '../../protocol/jobs.ts';
import type { PlanFacts, StepPlan } from '../../protocol/plan.ts';
import { definitionOf, type StepId } from '../../steps/table.ts';
import type { RunInput } from '../steps/contract.ts';

/**
 * The plan for `known` in place of the host's bounds, inside the job's memory. Chunks never grow: the host may have
 * halved them after an engine was killed.
 * @throws memory-too-small
 */
export function replanned(id: StepId, step: JobStep, job: PipelineJob, input: RunInput, known: Partial<PlanFacts>): StepPlan {
  const plates = job.plates.map((plate) => plate.facts);
  const facts: PlanFacts = {
    plates, nObs: input.nObs, nVars: input.genes.length, stored: plates.reduce((sum, plate) => sum + plate.matrix.stored, 0),
    selectedGenes: input.genes.length, components: 0, graphCells: input.nObs, neighbors: 15, ...known,
  };
  const { bavail, bsize } = statfsSync(step.work);
  const hardware = { cores: availableParallelism(), workers: job.workers, memoryBytes: job.memoryBytes, diskFreeBytes: bavail * bsize };
  const { plan } = definitionOf(id).plan(facts, step.params, step.how, hardware);
  if (plan.ramBytes > job.memoryBytes) {
    throw failure('memory-too-small', { step: step.id, neededBytes: plan.ramBytes, availableBytes: job.memoryBytes });
  }
  return { ...plan, chunkRows: Math.min(plan.chunkRows, step.plan.chunkRows), chunkStored: Math.min(plan.chunkStored, step.plan.chunkStored) };
}

/** Four questions, and the way to load training data that follows from them, with the rate that others published for it. */

export interface WayQuestion {
  readonly id: 'place' | 'memory' | 'weights' | 'files';
  readonly words: string;
  readonly answers: readonly { readonly value: string; readonly label: string }[];
}

const yesNo = [{ value: 'yes', label: 'Yes' }, { value: 'no', label: 'No' }] as const;

export const wayQuestions: readonly WayQuestion[] = [
  { id: 'place', words: 'Where are the files?', answers: [{ value: 'here', label: 'On this machine or its network' }, { value: 'region', label: 'In a bucket, and this machine is in its region' }, { value: 'far', label: 'In a bucket far away' }] },
  { id: 'memory', words: 'Do all chosen cells fit into half of the free memory?', answers: yesNo },
  { id: 'weights', words: 'Must rare drugs or lines be drawn more often?', answers: yesNo },
  { id: 'files', words: 'Which files are there?', answers: [{ value: 'h5ad', label: 'h5ad' }, { value: 'parquet', label: 'Parquet' }] },
];

export type WayAnswers = Readonly<Record<WayQuestion['id'], string>>;

export interface Way {
  readonly way: 'in memory' | 'h5ad, weighted' | 'h5ad' | 'Parquet, unweighted' | 'in-region cloud';
  readonly why: string;
  /** As published, never ours. */
  readonly published: string | null;
}

const hardware = 'published on ml.g4dn.2xlarge, minibatches of 128';

export function whichWay({ place, memory, weights, files }: WayAnswers): Way {
  if (place === 'region') return { way: 'in-region cloud', why: 'Reading from the bucket within its region saves the copy; every read waits for the network, so use many workers.', published: `about 1,500 cells/s (${hardware})` };
  const first = place === 'far' ? 'Download first: reading from afar is slower than any disk. ' : '';
  if (memory === 'yes') return { way: 'in memory', why: `${first}Read once, then any order costs the same: take backend memory.`, published: null };
  if (weights === 'yes') return { way: 'h5ad, weighted', why: `${first}Weights and quotas draw single cells: build packs (truckee pack build) unless the measured rate is enough.`, published: `about 1,500 cells/s (${hardware})` };
  if (files === 'parquet') return { way: 'Parquet, unweighted', why: `${first}Row groups are read whole, so take the order of chunks, without weights.`, published: `about 9,000 cells/s (${hardware})` };
  return { way: 'h5ad', why: `${first}The order of chunks reads every stored chunk once: take block chunks and a fetch that mixes well enough.`, published: null };
}

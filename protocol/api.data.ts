/** The part of the contract about where data come from: sources, downloads, files read from afar, the catalog, the machine. */
import { oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { ErrorData } from './errors.ts';

const text = z.string().min(1).max(4096);
const secret = z.string().min(1).max(10_000).regex(/^\S+$/, 'one word');

export interface SourceSummary {
  readonly name: string;
  readonly title: string;
  readonly legacy: boolean;
  /** Needs a token and a project that pays. */
  readonly pays: boolean;
  readonly hasToken: boolean;
}

export interface SourceListing {
  readonly files: readonly { readonly name: string; readonly size: number; readonly digest: string | null }[];
  readonly bytes: number;
}

export interface DownloadState {
  readonly id: string;
  readonly title: string;
  readonly folder: string;
  readonly state: 'going' | 'paused' | 'done' | 'failed';
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Bytes per second, lately; null while it is not going. */
  readonly rate: number | null;
  readonly files: number;
  readonly finished: number;
  /** Of the source since they were fetched: what is here is kept. */
  readonly changed: readonly string[];
  /** Data files that are here whole. */
  readonly paths: readonly string[];
  readonly error: ErrorData | null;
}

export interface RemoteFileFacts {
  readonly name: string;
  readonly url: string;
  readonly size: number;
  readonly cachedBytes: number;
  readonly rate: number | null;
  readonly slow: boolean;
}

export interface CatalogDrug { readonly drug: string; readonly targets: readonly string[]; readonly moaBroad: string | null; readonly moaFine: string | null; readonly approved: string | null; readonly cells: number }
export interface CatalogLine { readonly line: string; readonly name: string; readonly organ: string | null; readonly drivers: readonly string[]; readonly cells: number }
export interface CatalogPlate { readonly plate: string; readonly samples: number; readonly drugs: number; readonly cells: number }
export interface CatalogSample { readonly sample: string; readonly drug: string; readonly dose: number | null; readonly unit: string | null; readonly meanGenes: number | null }
export interface NamedCount { readonly name: string; readonly value: number; readonly unit: string; readonly definition: string; readonly source: string }

export interface FormatAdvice {
  readonly format: string;
  readonly bytes: number;
  /** While it is being made; null when it is there as it is published. */
  readonly peakBytes: number | null;
  readonly metadata: boolean;
  readonly words: string;
  readonly fits: boolean;
}

/** Settings of a loader for a machine: what it has, what is advised, what that takes. */
export interface LoaderRow {
  readonly files: number;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly disk: 'HDD' | 'SSD';
  readonly sharedMemoryBytes: number;
  readonly batchSize: number;
  readonly blockSize: number;
  readonly fetchFactor: number;
  readonly workers: number;
  readonly bytesPerWorker: number;
  readonly sharedBytesNeeded: number;
}

export interface MachineFacts {
  /** The first row is this machine. */
  readonly loaders: readonly LoaderRow[];
  readonly lines: readonly { readonly what: string; readonly found: string; readonly verdict: 'good' | 'note' | 'missing'; readonly words: string }[];
  readonly history: readonly {
    readonly step: string; readonly at: string; readonly predictedSeconds: number; readonly seconds: number; readonly predictedBytes: number; readonly peakBytes: number | null;
    readonly predictedDiskBytes: number; readonly diskBytes: number | null;
  }[];
}

/** Files of a known source by a pattern, or one address. Folder null: the workspace's own. */
export const downloadSchema = z.strictObject({
  from: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('source'), source: text, project: text.nullable(), match: text.nullable() }),
    z.strictObject({ kind: z.literal('address'), url: z.url({ protocol: /^https?$/ }).max(4096), sha256: z.string().regex(/^[0-9a-fA-F]{64}$/).nullable() }),
  ]),
  folder: text.nullable(),
});
export type DownloadWish = z.infer<typeof downloadSchema>;

const oneDownload = z.strictObject({ id: z.uuid() });

export const dataApi = {
  sources: {
    list: oc.output(type<readonly SourceSummary[]>()),
    files: oc.input(z.strictObject({ source: text, project: text.nullable(), match: text.nullable() })).output(type<SourceListing>()),
    /** Keeps an access token, in the keychain of the system or in a file of its owner. */
    token: oc.input(z.strictObject({ source: text, token: secret })).output(type<{ readonly kept: 'keychain' | 'file' }>()),
    forget: oc.input(z.strictObject({ source: text })).output(type<{ readonly removed: boolean }>()),
  },
  downloads: {
    list: oc.output(type<readonly DownloadState[]>()),
    start: oc.input(downloadSchema).output(type<{ readonly id: string }>()),
    /** What has come stays. */
    pause: oc.input(oneDownload).output(type<{ readonly paused: boolean }>()),
    resume: oc.input(oneDownload).output(type<{ readonly going: boolean }>()),
    /** Takes it off the list; files that are whole stay. */
    remove: oc.input(oneDownload).output(type<{ readonly removed: boolean }>()),
  },
  remote: {
    list: oc.output(type<{ readonly files: readonly RemoteFileFacts[]; readonly place: string; readonly limitBytes: number }>()),
    clear: oc.output(type<{ readonly freedBytes: number }>()),
    limit: oc.input(z.strictObject({ bytes: z.int().min(0) })).output(type<{ readonly limitBytes: number }>()),
  },
  catalog: {
    drugs: oc.output(type<readonly CatalogDrug[]>()),
    lines: oc.output(type<readonly CatalogLine[]>()),
    plates: oc.output(type<readonly CatalogPlate[]>()),
    samples: oc.input(z.strictObject({ plate: text })).output(type<readonly CatalogSample[]>()),
    counts: oc.output(type<readonly NamedCount[]>()),
    formats: oc.output(type<readonly FormatAdvice[]>()),
    /** Tables of an atlas, all in one folder. */
    import: oc.input(z.strictObject({ path: text })).output(type<{ readonly imported: readonly { readonly kind: string; readonly rows: number }[]; readonly labels: number }>()),
  },
  machine: oc.output(type<MachineFacts>()),
};

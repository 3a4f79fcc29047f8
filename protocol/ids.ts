/** Branded identifiers: a string that names one kind of thing cannot be passed where another kind is meant. */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Hex SHA-256 of what a result depends on; equal fingerprint means equal bytes. */
export type Fingerprint = Brand<string, 'Fingerprint'>;
export type JobId = Brand<string, 'JobId'>;
/** A dataset's name inside its workspace (unique, chosen from the file name). */
export type DatasetName = Brand<string, 'DatasetName'>;

export function asFingerprint(hex: string): Fingerprint {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new TypeError(`not a fingerprint: ${hex}`);
  return hex as Fingerprint;
}

export function asJobId(text: string): JobId {
  if (!/^[0-9a-z-]{4,64}$/.test(text)) throw new TypeError(`not a job id: ${text}`);
  return text as JobId;
}

export function asDatasetName(text: string): DatasetName {
  if (text.length === 0) throw new TypeError('a dataset name cannot be empty');
  return text as DatasetName;
}

/** Numbers and moments as people read them; the rest is in protocol/format.ts. */
export { formatBytes, formatCount, formatSeconds } from '../../protocol/format.ts';

/** 2026-11-26T08:15:00Z -> 26 Nov, 08:15 (in the reader's own zone). */
export function formatMoment(iso: string): string {
  return new Date(iso).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

/** Whole numbers as they are, others in few characters: 62,710, 0.0314, 1.2e−9. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'missing' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  // Counts are exact.
  if (Number.isInteger(value) && size < 1e15) return value.toLocaleString('en-US').replace('-', '−');
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(1).replaceAll('-', '−');
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 }).replace('-', '−');
}

/** An outcome or parameter in one line. */
export function formatAny(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'number') return formatValue(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length > 6 ? `${value.slice(0, 6).map(formatAny).join(', ')} … (${value.length})` : value.map(formatAny).join(', ');
  if (typeof value === 'object') return Object.entries(value).map(([key, inner]) => `${key} ${formatAny(inner)}`).join(', ');
  return String(value);
}

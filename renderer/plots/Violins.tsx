/** Distributions side by side: the width is the share of cells, a bar marks the median. */
import { useMemo } from 'react';
import { formatCount, formatValue } from '../client/words.ts';
import { violinOf, type Violin } from './violin.ts';

export interface ViolinsProps {
  readonly title: string;
  readonly groups: readonly { readonly name: string; readonly values: Float32Array }[];
  /** Lines across: the limits in use. */
  readonly limits: readonly number[];
  /** Values are shown by their logarithm (of 1 + value). */
  readonly log: boolean;
}

const [width, height, top] = [74, 150, 6];

export function Violins({ title, groups, limits, log }: ViolinsProps) {
  const shape = (value: number): number => (log ? Math.log1p(value) : value);
  const [low, high] = useMemo(() => {
    let [from, to] = [Infinity, -Infinity];
    for (const { values } of groups) for (const value of values) if (Number.isFinite(value)) [from, to] = [Math.min(from, shape(value)), Math.max(to, shape(value))];
    return from < to ? [from, to] : [0, 1];
  }, [groups, log]);
  const violins = useMemo(() => groups.map(({ name, values }) => ({ name, violin: violinOf(values, shape, low, high) })), [groups, low, high]);
  const y = (value: number): number => top + (1 - (shape(value) - low) / (high - low)) * (height - 2 * top);
  return (
    <figure className="bars">
      <div className="violins">
        {violins.map(({ name, violin }) => (
          <div key={name} style={{ width }}>
            <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`${title} in ${name}: median ${formatValue(violin.median)}`}>
              <path className="violin" d={outline(violin)} />
              {Number.isFinite(violin.median) && <line className="violin-mid" x1={width / 2 - 8} x2={width / 2 + 8} y1={y(violin.median)} y2={y(violin.median)} />}
              {limits.map((limit) => <line key={limit} className="limit-line" x1={0} x2={width} y1={y(limit)} y2={y(limit)} />)}
            </svg>
            <div className="clip quiet" style={{ fontSize: '0.75rem', maxWidth: width }} title={name}>{name}</div>
          </div>
        ))}
      </div>
      <details>
        <summary>As a table</summary>
        <table>
          <thead><tr><th>group</th><th>cells</th><th>5 %</th><th>median</th><th>95 %</th></tr></thead>
          <tbody>{violins.map(({ name, violin }) => <tr key={name}><td>{name}</td><td>{formatCount(violin.cells)}</td><td>{formatValue(violin.low)}</td><td>{formatValue(violin.median)}</td><td>{formatValue(violin.high)}</td></tr>)}</tbody>
        </table>
      </details>
    </figure>
  );
}

function outline({ density }: Violin): string {
  const most = Math.max(...density, 1e-12);
  const step = (height - 2 * top) / (density.length - 1);
  const right = density.map((share, i) => `${width / 2 + (share / most) * (width / 2 - 3)},${height - top - i * step}`);
  const left = density.map((share, i) => `${width / 2 - (share / most) * (width / 2 - 3)},${height - top - i * step}`).reverse();
  return `M${[...right, ...left].join('L')}Z`;
}

/** Columns of one series: the share of variance of each component. */
import { formatValue } from '../client/words.ts';

export interface BarsProps {
  readonly values: readonly number[];
  readonly title: string;
  /** PC for PC1, PC2 ... */
  readonly prefix: string;
}

const [width, height] = [560, 160];

export function Bars({ values, title, prefix }: BarsProps) {
  const most = Math.max(...values, 1e-12);
  return (
    <figure className="bars">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${prefix}1 ${formatValue(values[0] ?? 0)}`}>
        {values.map((value, i) => {
          const tall = (value / most) * (height - 18);
          return <rect key={i} className="bar-chosen" x={(i * width) / values.length + 1} y={height - 14 - tall} width={Math.max(1, width / values.length - 2)} height={tall}><title>{`${prefix}${i + 1}: ${formatValue(100 * value)} %`}</title></rect>;
        })}
        <text x={0} y={height - 2} className="tick">{`${prefix}1`}</text>
        <text x={width} y={height - 2} textAnchor="end" className="tick">{`${prefix}${values.length}`}</text>
      </svg>
      <details>
        <summary>As a table</summary>
        <table><thead><tr><th>component</th><th>share of variance, %</th></tr></thead><tbody>{values.map((value, i) => <tr key={i}><td>{`${prefix}${i + 1}`}</td><td>{formatValue(100 * value)}</td></tr>)}</tbody></table>
      </details>
    </figure>
  );
}

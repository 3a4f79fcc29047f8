/** Fold changes of genes over conditions as coloured squares (blue down, orange up), with the numbers in a table. */
import { useRef } from 'react';
import { formatValue } from '../client/words.ts';

export interface HeatmapProps {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Row by row; null where infinite. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly title: string;
  onPick?(row: number, column: number): void;
  onDraw?(svg: () => string): void;
}

const cell = 13;
const [left, top] = [100, 128];
/** Changes beyond this have the full colour. */
const full = 3;

export function Heatmap({ rows, columns, values, title, onPick, onDraw }: HeatmapProps) {
  const svg = useRef<SVGSVGElement>(null);
  onDraw?.(() => new XMLSerializer().serializeToString(svg.current!));
  const [width, height] = [left + Math.max(columns.length * cell, 160) + 10, top + rows.length * cell + 42];
  return (
    <figure className="bars">
      <figcaption>{title}</figcaption>
      <div style={{ overflowX: 'auto' }} tabIndex={0} role="group" aria-label={`${title}, can be scrolled`}>
        <svg ref={svg} xmlns="http://www.w3.org/2000/svg" viewBox={`0 0 ${width} ${height}`} width={width} height={height} style={{ maxWidth: 'none' }} fontFamily="DejaVu Sans, Helvetica, sans-serif" fontSize={10} role="img" aria-label={`${title}: ${rows.length} genes over ${columns.length} conditions; the numbers stand in the table below`}>
          {columns.map((name, c) => <text key={c} transform={`translate(${left + c * cell + 10} ${top - 5}) rotate(-60)`} fill="#6f7a78"><title>{name}</title>{shortened(name, 22)}</text>)}
          {rows.map((name, r) => <text key={r} x={left - 5} y={top + r * cell + 10} textAnchor="end" fill="#6f7a78">{shortened(name, 15)}</text>)}
          {values.map((line, r) => line.map((value, c) => (
            <rect key={`${r}-${c}`} x={left + c * cell} y={top + r * cell} width={cell - 1} height={cell - 1} fill={colorOf(value)} onClick={() => onPick?.(r, c)} style={{ cursor: onPick ? 'pointer' : 'default' }}>
              <title>{`${rows[r]!}, ${columns[c]!}: ${value === null ? 'seen on one side only' : formatValue(value)}`}</title>
            </rect>
          )))}
          <g transform={`translate(${left} ${height - 32})`}>
            {scale.map((value, i) => <rect key={value} x={i * cell} width={cell} height={9} fill={colorOf(value)} />)}
            {[-full, 0, full].map((value) => <text key={value} x={((value + full) / (2 * full)) * scale.length * cell} y={21} textAnchor="middle" fill="#6f7a78">{value === 0 ? '0' : value < 0 ? `≤ −${full}` : `≥ ${full}`}</text>)}
            <text x={scale.length * cell + 22} y={9} fill="#6f7a78">log2 fold change</text>
          </g>
        </svg>
      </div>
      <details>
        <summary>Numbers</summary>
        <div style={{ overflowX: 'auto' }} tabIndex={0} role="group" aria-label={`Numbers of: ${title}`}>
          <table><thead><tr><th>gene</th>{columns.map((name) => <th key={name}>{name}</th>)}</tr></thead>
            <tbody>{rows.map((name, r) => <tr key={name}><th scope="row">{name}</th>{values[r]!.map((value, c) => <td key={c}>{value === null ? '±∞' : formatValue(value)}</td>)}</tr>)}</tbody></table>
        </div>
      </details>
    </figure>
  );
}

/** The colours of the key, from the lowest to the highest. */
const scale = Array.from({ length: 9 }, (_, i) => full * (i / 4 - 1));

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** White at no change; told apart by everybody. */
export function colorOf(value: number | null): string {
  if (value === null) return '#999999';
  const share = Math.min(1, Math.abs(value) / full);
  const [r, g, b] = value < 0 ? [0, 90, 181] : [220, 95, 0];
  const mix = (tone: number): number => Math.round(247 + (tone - 247) * share);
  return `rgb(${mix(r)},${mix(g)},${mix(b)})`;
}

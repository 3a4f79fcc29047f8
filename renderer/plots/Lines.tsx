/** Lines over a few places (doses, turns of a loop): drawn with all they need inside, so that the drawing can be saved as it is. */
import { useRef } from 'react';
import { formatValue } from '../client/words.ts';
import { ticksIn } from './axes.ts';

export interface LineSeries {
  readonly name: string;
  /** One value per place; null leaves a gap. */
  readonly values: readonly (number | null)[];
  readonly dashed?: boolean;
}

export interface LinesProps {
  readonly series: readonly LineSeries[];
  /** Names of the places, evenly spaced. */
  readonly places: readonly string[];
  readonly axes: readonly [string, string];
  readonly title: string;
  /** A line at 0, where 0 means no change. */
  readonly zero?: boolean;
  /** Place of a vertical mark. */
  readonly mark?: number | null;
  onDraw?(svg: () => string): void;
}

const [width, height] = [560, 280];
const margin = { left: 54, right: 130, top: 12, bottom: 40 };
/** Okabe and Ito's colours, told apart by everybody; dark enough on white and light enough on dark. */
export const lineColors = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#8C6D00', '#56B4E9', '#777777', '#7A3E9D'];

export function Lines({ series, places, axes, title, zero, mark, onDraw }: LinesProps) {
  const svg = useRef<SVGSVGElement>(null);
  onDraw?.(() => new XMLSerializer().serializeToString(svg.current!));
  const all = series.flatMap((one) => one.values).filter((value) => value !== null);
  const low = Math.min(zero ? 0 : Infinity, ...all);
  const high = Math.max(zero ? 0 : -Infinity, ...all);
  const span = high > low ? high - low : 1;
  const x = (place: number): number => margin.left + ((place + 0.5) / Math.max(1, places.length)) * (width - margin.left - margin.right);
  const y = (value: number): number => height - margin.bottom - ((value - low) / span) * (height - margin.top - margin.bottom);
  const every = Math.max(1, Math.ceil(places.length / 12));
  return (
    <figure className="bars">
      <figcaption>{title}</figcaption>
      <svg ref={svg} xmlns="http://www.w3.org/2000/svg" viewBox={`0 0 ${width} ${height}`} width={width} height={height} style={{ width: '100%', maxWidth: width, height: 'auto' }} fontFamily="DejaVu Sans, Helvetica, sans-serif" fontSize={11} role="img" aria-label={`${title}: ${series.length} lines over ${axes[0]}; the numbers stand in the table below`}>
        <path d={`M${margin.left} ${margin.top}V${height - margin.bottom}H${width - margin.right}`} fill="none" stroke="#8a9492" />
        {zero && low < 0 && high > 0 && <line x1={margin.left} x2={width - margin.right} y1={y(0)} y2={y(0)} stroke="#8a9492" strokeDasharray="2 3" />}
        {mark !== undefined && mark !== null && <line x1={x(mark)} x2={x(mark)} y1={margin.top} y2={height - margin.bottom} stroke="#8a9492" strokeDasharray="4 3" />}
        {places.map((place, i) => i % every === 0 && <text key={place} x={x(i)} y={height - margin.bottom + 16} textAnchor="middle" fill="#6f7a78">{place}</text>)}
        <text x={(margin.left + width - margin.right) / 2} y={height - 6} textAnchor="middle" fill="#6f7a78">{axes[0]}</text>
        {ticksIn(low, low + span).map((at) => <g key={at}><line x1={margin.left} x2={width - margin.right} y1={y(at)} y2={y(at)} stroke="#8a9492" strokeOpacity={0.25} /><text x={margin.left - 6} y={y(at) + 4} textAnchor="end" fill="#6f7a78">{formatValue(at)}</text></g>)}
        <text transform={`translate(14 ${(height - margin.bottom + margin.top) / 2}) rotate(-90)`} textAnchor="middle" fill="#6f7a78">{axes[1]}</text>
        {series.map((one, s) => {
          const color = lineColors[s % lineColors.length]!;
          const points = one.values.flatMap((value, i) => (value === null ? [] : [{ i, value }]));
          return (
            <g key={one.name}>
              <polyline points={points.map(({ i, value }) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ')} fill="none" stroke={color} strokeWidth={1.8} strokeDasharray={one.dashed ? '5 4' : undefined} />
              {points.map(({ i, value }) => <circle key={i} cx={x(i)} cy={y(value)} r={3} fill={color}><title>{`${one.name}, ${places[i]!}: ${formatValue(value)}`}</title></circle>)}
              <rect x={width - margin.right + 12} y={margin.top + 17 * s} width={10} height={10} fill={color} />
              <text x={width - margin.right + 28} y={margin.top + 9 + 17 * s} fill="#6f7a78">{one.name.length > 16 ? `${one.name.slice(0, 15)}…` : one.name}</text>
            </g>
          );
        })}
      </svg>
      <details>
        <summary>Numbers</summary>
        <table><thead><tr><th>{axes[0]}</th>{series.map((one) => <th key={one.name}>{one.name}</th>)}</tr></thead>
          <tbody>{places.map((place, i) => <tr key={place}><th scope="row">{place}</th>{series.map((one) => <td key={one.name}>{one.values[i] === null || one.values[i] === undefined ? '' : formatValue(one.values[i])}</td>)}</tr>)}</tbody></table>
      </details>
    </figure>
  );
}

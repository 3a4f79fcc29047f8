/** Settings of a loader by how well they mix and how fast they are: hollow where predicted, filled where measured. */
import { formatCount } from '../client/words.ts';

export interface RatePoint {
  readonly name: string;
  /** Bits of the label's diversity, and cells a second. */
  readonly entropy: number;
  readonly rate: number;
  readonly measured: boolean;
  readonly chosen: boolean;
}

export interface RatePlotProps {
  readonly points: readonly RatePoint[];
  /** Whose diversity it is: plate, sample... */
  readonly label: string;
  /** Least diversity wanted, and that of truly random minibatches. */
  readonly floor: number;
  readonly random: number;
}

const [width, height] = [640, 320];
const margin = { left: 64, right: 20, top: 14, bottom: 44 };

export function RatePlot({ points, label, floor, random }: RatePlotProps) {
  const rates = points.map(({ rate }) => Math.log10(Math.max(1, rate)));
  const [low, high] = [Math.floor(Math.min(...rates)), Math.ceil(Math.max(...rates) + 1e-9)];
  const least = Math.min(floor, ...points.map(({ entropy }) => entropy));
  const most = Math.max(random, ...points.map(({ entropy }) => entropy));
  const x = (bits: number): number => margin.left + ((bits - least) / Math.max(1e-9, most - least)) * (width - margin.left - margin.right);
  const y = (rate: number): number => height - margin.bottom - ((Math.log10(Math.max(1, rate)) - low) / Math.max(1, high - low)) * (height - margin.top - margin.bottom);
  const powers = Array.from({ length: Math.max(1, high - low) + 1 }, (_, i) => 10 ** (low + i));
  return (
    <figure className="bars scatter">
      <figcaption>Cells a second over diversity of {label === 'plate' ? 'plates' : label}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${points.length} settings, cells a second over bits of ${label} diversity; the numbers stand in the table below`}>
        <rect className="frame" x={margin.left} y={margin.top} width={width - margin.left - margin.right} height={height - margin.top - margin.bottom} />
        {powers.map((rate) => <text key={rate} className="tick" x={margin.left - 6} y={y(rate) + 4} textAnchor="end">{formatCount(rate)}</text>)}
        {[[floor, 'floor'], [random, 'random']].map(([bits, name]) => (
          <g key={name}>
            <line className="limit-line" x1={x(Number(bits))} x2={x(Number(bits))} y1={margin.top} y2={height - margin.bottom} />
            <text className="tick" x={x(Number(bits)) - 4} y={height - margin.bottom + (name === 'floor' ? 14 : 26)} textAnchor="end">{`${name} ${Number(bits).toFixed(2)}`}</text>
          </g>
        ))}
        <text className="tick" x={(margin.left + width - margin.right) / 2} y={height - 4} textAnchor="middle">{`bits of ${label} diversity`}</text>
        {points.map((point) => (
          <g key={`${point.name}${point.measured}`}>
            <circle className={point.measured ? 'dot-chosen' : 'dot-hollow'} cx={x(point.entropy)} cy={y(point.rate)} r={5}><title>{`${point.name}: ${formatCount(point.rate)} cells/s ${point.measured ? 'measured' : 'predicted'}, ${point.entropy.toFixed(2)} bits`}</title></circle>
            {point.chosen && <circle cx={x(point.entropy)} cy={y(point.rate)} r={9} fill="none" stroke="currentColor" strokeWidth={2} />}
          </g>
        ))}
      </svg>
    </figure>
  );
}

/** Where the cells of a UMAP picture stand before it is optimised: spread over a 10 x 10 square, neighbours together. */
import { connectedComponents, inducedGraph } from './csr.ts';
import type { CsrGraph } from './csr.ts';
import { componentPlaces } from './places.ts';
import type { Pace } from './pace.ts';
import { createRandom } from '../random/random.ts';
import { spectralCoordinates } from './spectral.ts';

export interface StartOptions {
  readonly init: 'spectral' | 'random' | Float32Array;
  readonly seed: number;
  readonly pace: Pace;
  readonly points?: { readonly values: Float32Array; readonly dims: number };
}

const squareSide = 10;
/** Smaller components get random places: two spectral coordinates would say nothing. */
const smallestSpectral = 6;
const jitter = 1e-4;

/** x, y per cell in [0, 10]. A tiny jitter keeps equal cells apart. */
export async function startPositions(graph: CsrGraph, n: number, options: StartOptions): Promise<Float32Array> {
  const random = createRandom(options.seed, 3);
  if (options.init === 'random') return Float32Array.from({ length: 2 * n }, () => random.uniform() * squareSide);
  const raw = options.init === 'spectral' ? await spectralStart(graph, n, options) : Float64Array.from(options.init);
  stretch(raw, squareSide);
  for (let i = 0; i < raw.length; i++) raw[i] = raw[i]! + jitter * random.normal();
  return Float32Array.from(raw);
}

async function spectralStart(graph: CsrGraph, n: number, options: StartOptions): Promise<Float64Array> {
  const components = connectedComponents(graph);
  if (components.count === 1 && n >= smallestSpectral) return spectralCoordinates(graph, options.seed, options.pace, 0);
  const places = componentPlaces(components, n, options.points);
  const random = createRandom(options.seed, 4);
  const positions = new Float64Array(2 * n);
  const scratch = new Int32Array(n);
  const { starts, members } = membersByComponent(components, n);
  for (let c = 0; c < components.count; c++) {
    const own = members.subarray(starts[c]!, starts[c + 1]!);
    const shape = own.length < smallestSpectral
      ? Float64Array.from({ length: 2 * own.length }, () => random.uniform() - 0.5)
      : await spectralCoordinates(inducedGraph(graph, own, scratch), options.seed, options.pace, 0);
    let extent = 0;
    for (const value of shape) extent = Math.max(extent, Math.abs(value));
    const scale = extent > 0 ? places.radius[c]! / extent : 0;
    for (const [index, row] of own.entries()) {
      positions[2 * row] = places.x[c]! + shape[2 * index]! * scale;
      positions[2 * row + 1] = places.y[c]! + shape[2 * index + 1]! * scale;
    }
  }
  return positions;
}

function membersByComponent(components: { count: number; of: Int32Array }, n: number): { starts: Int32Array; members: Int32Array } {
  const starts = new Int32Array(components.count + 1);
  for (let row = 0; row < n; row++) starts[components.of[row]! + 1]! += 1;
  for (let c = 0; c < components.count; c++) starts[c + 1]! += starts[c]!;
  const next = starts.slice();
  const members = new Int32Array(n);
  for (let row = 0; row < n; row++) members[next[components.of[row]!]!++] = row;
  return { starts, members };
}

/** Moves and stretches each coordinate to [0, side]; a coordinate without extent becomes the middle. */
function stretch(positions: Float64Array, side: number): void {
  for (let axis = 0; axis < 2; axis++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = axis; i < positions.length; i += 2) {
      low = Math.min(low, positions[i]!);
      high = Math.max(high, positions[i]!);
    }
    for (let i = axis; i < positions.length; i += 2) {
      positions[i] = high > low ? (side * (positions[i]! - low)) / (high - low) : side / 2;
    }
  }
}

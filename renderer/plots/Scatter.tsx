/** Dots of many genes over two numbers, on a canvas; the nearest one is named under the pointer. */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { formatValue } from '../client/words.ts';
import { placedNames, powersIn, rangeOf, ticksIn } from './axes.ts';

export interface ScatterProps {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly names: readonly string[];
  /** 1 = drawn in colour, on top. */
  readonly marked: Uint8Array | null;
  /** Dots that carry their names, most important first. */
  readonly named?: readonly number[];
  readonly axes: readonly [string, string];
  /** The first axis runs by powers of ten. */
  readonly logX: boolean;
  readonly title: string;
  onPick?(at: number): void;
}

const [width, height] = [720, 380];
/** So that dots and names at the ends are whole. */
const air = 0.03;
const margin = { left: 52, right: 12, top: 10, bottom: 34 };

export function Scatter({ x, y, names, marked, named = [], axes, logX, title, onPick }: ScatterProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  const [near, setNear] = useState<number | null>(null);
  // A gene that was never seen has no place on a logarithmic axis.
  const shape = (value: number): number => (logX ? Math.log10(value) : value);
  const [x0, x1] = rangeOf(x, air, shape);
  const [y0, y1] = rangeOf(y, air);
  const px = (value: number): number => margin.left + ((shape(value) - x0) / (x1 - x0)) * (width - margin.left - margin.right);
  const py = (value: number): number => height - margin.bottom - ((value - y0) / (y1 - y0)) * (height - margin.top - margin.bottom);
  useEffect(() => {
    const element = canvas.current!;
    const context = element.getContext('2d');
    if (!context) return;
    const ratio = devicePixelRatio;
    [element.width, element.height] = [width * ratio, height * ratio];
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(element);
    const tones = [style.getPropertyValue('--quiet'), style.getPropertyValue('--dot')];
    for (const flag of marked ? [0, 1] : [1]) {
      context.fillStyle = tones[flag]!;
      context.globalAlpha = flag === 1 ? 0.85 : 0.4;
      const size = flag === 1 ? 3.5 : 2.5;
      for (let i = 0; i < x.length; i++) {
        if (marked && marked[i] !== flag) continue;
        if (Number.isFinite(shape(x[i]!)) && Number.isFinite(y[i]!)) context.fillRect(px(x[i]!) - size / 2, py(y[i]!) - size / 2, size, size);
      }
    }
  }, [x, y, marked, logX, scheme]);
  const nearest = (event: React.PointerEvent<HTMLDivElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const [mx, my] = [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
    let [best, least] = [-1, 14 ** 2];
    for (let i = 0; i < x.length; i++) {
      const distance = (px(x[i]!) - mx) ** 2 + (py(y[i]!) - my) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return best < 0 ? null : best;
  };
  const across = logX ? powersIn(x0, x1).map((exponent) => ({ at: 10 ** exponent, text: formatValue(10 ** exponent) })) : ticksIn(x0, x1, 7).map((at) => ({ at, text: formatValue(at) }));
  const labels = placedNames(named.filter((i) => Number.isFinite(shape(x[i]!)) && Number.isFinite(y[i]!)).map((i) => ({ text: names[i]!, x: px(x[i]!), y: py(y[i]!) })), 10, width - margin.right);
  return (
    <figure className="bars scatter">
      <figcaption>{title}</figcaption>
      <div style={{ position: 'relative', maxWidth: width }} onPointerMove={(event) => setNear(nearest(event))} onPointerLeave={() => setNear(null)} onClick={() => near !== null && onPick?.(near)}>
        <canvas ref={canvas} style={{ width: '100%', display: 'block' }} role="img" aria-label={`${title}: ${x.length} dots, ${axes[1]} over ${axes[0]}`} />
        <svg viewBox={`0 0 ${width} ${height}`} style={{ position: 'absolute', inset: 0, pointerEvents: 'none' }} aria-hidden="true">
          <rect className="frame" x={margin.left} y={margin.top} width={width - margin.left - margin.right} height={height - margin.top - margin.bottom} />
          {across.map(({ at, text }) => <text key={at} className="tick" x={px(at)} y={height - margin.bottom + 14} textAnchor="middle">{text}</text>)}
          {ticksIn(y0, y1).map((at) => <g key={at}><line className="frame" x1={margin.left - 4} x2={margin.left} y1={py(at)} y2={py(at)} /><text className="tick" x={margin.left - 6} y={py(at) + 4} textAnchor="end">{formatValue(at)}</text></g>)}
          <text className="tick" x={(width + margin.left) / 2} y={height - 6} textAnchor="middle">{axes[0]}</text>
          <text className="tick" transform={`translate(14 ${height / 2}) rotate(-90)`} textAnchor="middle">{axes[1]}</text>
          {labels.map(({ text, x: at, y: level, anchor }) => <text key={text} className="tick" x={at} y={level} textAnchor={anchor} style={{ fontSize: 10, fill: 'var(--ink)' }}>{text}</text>)}
          {near !== null && <><circle cx={px(x[near]!)} cy={py(y[near]!)} r={5} fill="none" stroke="currentColor" /><text className="tick" x={Math.min(px(x[near]!) + 8, width - 90)} y={Math.max(py(y[near]!) - 6, 16)} style={{ fontWeight: 600, fill: 'currentColor' }}>{names[near]}</text></>}
        </svg>
      </div>
    </figure>
  );
}

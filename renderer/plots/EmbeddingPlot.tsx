/** A map of cells: drag to move, wheel to zoom, lasso to choose; the same by keyboard. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { View } from '../../protocol/view-file.ts';
import { boundsOf, fit, pan, toData, zoomAt, type Camera, type Size } from './camera.ts';
import { createPointsLayer, pointDiameter, type PointsLayer } from './points-layer.ts';

export interface EmbeddingPlotProps {
  readonly view: View;
  readonly colors: Uint8Array;
  readonly tool: 'move' | 'lasso';
  /** Corners of the lasso in the map's own units. */
  onChoose(corners: readonly (readonly [number, number])[]): void;
  /** What the picture shows, for those who cannot see it. */
  readonly label: string;
}

/** Points drawn while the picture moves: software GL keeps up with these. */
const whileMoving = 150_000;

export function EmbeddingPlot({ view, colors, tool, onChoose, label }: EmbeddingPlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<PointsLayer | null>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [camera, setCamera] = useState<Camera | null>(null);
  const [unable, setUnable] = useState(false);
  const [path, setPath] = useState<{ x: number; y: number }[]>([]);
  const drag = useRef<{ px: number; py: number } | null>(null);
  const bounds = useMemo(() => boundsOf(view.x, view.y), [view.x, view.y]);
  const whole = useMemo(() => (size.width > 0 ? fit(bounds, size) : null), [bounds, size]);
  const at = camera ?? whole;
  const [moving, setMoving] = useState(false);

  useLayoutEffect(() => {
    const element = frame.current!;
    const watch = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    layer.current = createPointsLayer(canvas.current!);
    setUnable(layer.current === null);
    return () => layer.current?.release();
  }, []);
  useEffect(() => setCamera(null), [bounds]);
  useEffect(() => layer.current?.setPositions(view.x, view.y), [view.x, view.y]);
  useEffect(() => layer.current?.setColors(colors), [colors]);
  useEffect(() => {
    if (!at || !whole) return;
    const asked = requestAnimationFrame(() => layer.current?.draw(at, size, pointDiameter(view.x.length, at.scale / whole.scale), devicePixelRatio, moving ? whileMoving : view.x.length));
    return () => cancelAnimationFrame(asked);
  }, [at, whole, size, view.x, view.y, colors, moving]);
  // A camera that was just set is moving; left alone for a moment, everything is drawn.
  useEffect(() => {
    if (camera === null || view.x.length <= whileMoving) return;
    setMoving(true);
    const still = setTimeout(() => setMoving(false), 140);
    return () => clearTimeout(still);
  }, [camera, view.x.length]);

  const inFrame = (event: { clientX: number; clientY: number }): { px: number; py: number } => {
    const box = frame.current!.getBoundingClientRect();
    return { px: event.clientX - box.left, py: event.clientY - box.top };
  };
  // React listens passively to the wheel: the page would scroll along.
  useEffect(() => {
    const element = frame.current!;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { px, py } = inFrame(event);
      setCamera((old) => (old ?? whole) && zoomAt((old ?? whole)!, size, px, py, Math.exp(-event.deltaY * 0.0015)));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [whole, size]);

  const onKey = useCallback((event: React.KeyboardEvent): void => {
    if (!at) return;
    const step = 40;
    const moves: Readonly<Record<string, () => Camera | null>> = {
      ArrowLeft: () => pan(at, step, 0), ArrowRight: () => pan(at, -step, 0), ArrowUp: () => pan(at, 0, step), ArrowDown: () => pan(at, 0, -step),
      '+': () => zoomAt(at, size, size.width / 2, size.height / 2, 1.3), '=': () => zoomAt(at, size, size.width / 2, size.height / 2, 1.3),
      '-': () => zoomAt(at, size, size.width / 2, size.height / 2, 1 / 1.3), '0': () => null,
    };
    const move = moves[event.key];
    if (event.key === 'Escape') setPath([]);
    if (!move) return;
    event.preventDefault();
    setCamera(move());
  }, [at, size]);

  const onDown = (event: React.PointerEvent): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = inFrame(event);
    if (tool === 'lasso') setPath([drag.current].map(({ px, py }) => ({ x: px, y: py })));
  };
  const onMove = (event: React.PointerEvent): void => {
    if (!drag.current || !at) return;
    const now = inFrame(event);
    if (tool === 'lasso') setPath((old) => [...old, { x: now.px, y: now.py }]);
    else setCamera(pan(at, now.px - drag.current.px, now.py - drag.current.py));
    drag.current = now;
  };
  const onUp = (): void => {
    drag.current = null;
    if (tool !== 'lasso' || !at) return;
    if (path.length > 2) onChoose(thinned(path).map((corner) => toData(at, size, corner.x, corner.y)).map(({ x, y }) => [round(x), round(y)] as const));
    setPath([]);
  };

  return (
    <div
      ref={frame} className="plot-frame" tabIndex={0} role="application" aria-label={`${label}. Arrow keys move, plus and minus zoom, 0 shows all.`}
      style={{ cursor: tool === 'lasso' ? 'crosshair' : 'grab' }}
      onKeyDown={onKey} onPointerDown={onDown} onPointerMove={onMove} onPointerUp={onUp} onPointerCancel={onUp} onDoubleClick={() => setCamera(null)}
    >
      <canvas ref={canvas} className="plot-canvas" data-testid="embedding" aria-hidden="true" />
      {path.length > 1 && (
        <svg className="plot-overlay" aria-hidden="true"><polygon points={path.map((corner) => `${corner.x},${corner.y}`).join(' ')} /></svg>
      )}
      <span className="plot-axis plot-axis-x">{view.header.axes[0]}</span>
      <span className="plot-axis plot-axis-y">{view.header.axes[1]}</span>
      {unable && <p className="plot-notice">This browser draws no WebGL 2, which the map needs. Save a figure instead: it is drawn by Truckee itself.</p>}
    </div>
  );
}

/** Corners that matter: at least four pixels apart, so that a lasso stays short enough for an address. */
function thinned(path: readonly { readonly x: number; readonly y: number }[]): { x: number; y: number }[] {
  const kept: { x: number; y: number }[] = [];
  for (const corner of path) if (kept.length === 0 || Math.hypot(corner.x - kept.at(-1)!.x, corner.y - kept.at(-1)!.y) >= 4) kept.push(corner);
  return kept;
}

const round = (value: number): number => Number(value.toPrecision(6));

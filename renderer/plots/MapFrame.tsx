/** The frame of a map: drag to move, wheel to zoom, lasso or box to choose, the same by keyboard; what is drawn inside is given. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { fit, pan, toData, zoomAt, type Bounds, type Camera, type Size } from './camera.ts';

/** Where a picture is drawn. */
export interface MapPlace {
  readonly camera: Camera;
  readonly size: Size;
  /** 1 when everything is in view. */
  readonly zoom: number;
  /** The camera has just been moved. */
  readonly moving: boolean;
}

export interface MapFrameProps {
  readonly bounds: Bounds;
  readonly axes: readonly [string, string];
  readonly tool: 'move' | 'lasso' | 'box';
  /** Corners of what was drawn around cells, in the map's own units. */
  onChoose(corners: readonly (readonly [number, number])[]): void;
  /** What the picture shows, for those who cannot see it. */
  readonly label: string;
  children(place: MapPlace): ReactNode;
}

const stillAfter = 140;

export function MapFrame({ bounds, axes, tool, onChoose, label, children }: MapFrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [camera, setCamera] = useState<Camera | null>(null);
  const [path, setPath] = useState<{ x: number; y: number }[]>([]);
  const drag = useRef<{ px: number; py: number } | null>(null);
  const [moving, setMoving] = useState(false);
  const { minX, maxX, minY, maxY } = bounds;
  const whole = useMemo(() => (size.width > 0 ? fit({ minX, maxX, minY, maxY }, size) : null), [minX, maxX, minY, maxY, size]);
  const at = camera ?? whole;

  useLayoutEffect(() => {
    const element = frame.current!;
    const watch = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useEffect(() => setCamera(null), [minX, maxX, minY, maxY]);
  // A camera that was just set is moving; left alone for a moment, everything is drawn.
  useEffect(() => {
    if (camera === null) return;
    setMoving(true);
    const still = setTimeout(() => setMoving(false), stillAfter);
    return () => clearTimeout(still);
  }, [camera]);

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
    if (event.key === 'Escape') setPath([]);
    // What is in view becomes the choice: a box for those without a pointer.
    if (event.key === 'Enter' && tool !== 'move') {
      event.preventDefault();
      onChoose(cornersOf(at, size, [{ x: 0, y: 0 }, { x: size.width, y: 0 }, { x: size.width, y: size.height }, { x: 0, y: size.height }]));
      return;
    }
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    setCamera(move());
  }, [at, size, tool, onChoose]);

  const onDown = (event: React.PointerEvent): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = inFrame(event);
    if (tool !== 'move') setPath([{ x: drag.current.px, y: drag.current.py }]);
  };
  const onMove = (event: React.PointerEvent): void => {
    if (!drag.current || !at) return;
    const now = inFrame(event);
    if (tool === 'move') setCamera(pan(at, now.px - drag.current.px, now.py - drag.current.py));
    else if (tool === 'lasso') setPath((old) => [...old, { x: now.px, y: now.py }]);
    else setPath(([from = { x: now.px, y: now.py }]) => [from, { x: now.px, y: from.y }, { x: now.px, y: now.py }, { x: from.x, y: now.py }]);
    drag.current = now;
  };
  const onUp = (): void => {
    drag.current = null;
    if (tool === 'move' || !at) return;
    const corners = tool === 'lasso' ? thinned(path) : path;
    if (corners.length > 2) onChoose(cornersOf(at, size, corners));
    setPath([]);
  };

  return (
    <div
      ref={frame} className="plot-frame" tabIndex={0} role="application"
      aria-label={`${label}. Arrow keys move, plus and minus zoom, 0 shows all${tool === 'move' ? '' : ', Enter chooses what is in view'}.`}
      style={{ cursor: tool === 'move' ? 'grab' : 'crosshair' }}
      onKeyDown={onKey} onPointerDown={onDown} onPointerMove={onMove} onPointerUp={onUp} onPointerCancel={onUp} onDoubleClick={() => setCamera(null)}
    >
      {at && whole && children({ camera: at, size, zoom: at.scale / whole.scale, moving })}
      {path.length > 1 && (
        <svg className="plot-overlay" aria-hidden="true"><polygon points={path.map((corner) => `${corner.x},${corner.y}`).join(' ')} /></svg>
      )}
      <span className="plot-axis plot-axis-x">{axes[0]}</span>
      <span className="plot-axis plot-axis-y">{axes[1]}</span>
    </div>
  );
}

const cornersOf = (camera: Camera, size: Size, path: readonly { readonly x: number; readonly y: number }[]) =>
  path.map((corner) => toData(camera, size, corner.x, corner.y)).map(({ x, y }) => [round(x), round(y)] as const);

/** Corners that matter: at least four pixels apart, so that a lasso stays short enough for an address. */
function thinned(path: readonly { readonly x: number; readonly y: number }[]): { x: number; y: number }[] {
  const kept: { x: number; y: number }[] = [];
  for (const corner of path) if (kept.length === 0 || Math.hypot(corner.x - kept.at(-1)!.x, corner.y - kept.at(-1)!.y) >= 4) kept.push(corner);
  return kept;
}

const round = (value: number): number => Number(value.toPrecision(6));

/** A map on which every drawn cell is a point. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { View } from '../../protocol/view-file.ts';
import { boundsOf } from './camera.ts';
import { MapFrame, type MapFrameProps, type MapPlace } from './MapFrame.tsx';
import { createPointsLayer, pointDiameter, type PointsLayer } from './points-layer.ts';

export interface PointsMapProps extends Pick<MapFrameProps, 'tool' | 'onChoose' | 'label'> {
  readonly view: View;
  /** RGBA of every point. */
  readonly colors: Uint8Array;
}

/** Points drawn while the picture moves: software GL keeps up with these. */
const whileMoving = 150_000;

export function PointsMap({ view, colors, ...frame }: PointsMapProps) {
  const bounds = useMemo(() => boundsOf(view.x, view.y), [view.x, view.y]);
  return <MapFrame bounds={bounds} axes={view.header.axes} {...frame}>{(place) => <Points view={view} colors={colors} place={place} />}</MapFrame>;
}

function Points({ view, colors, place: { camera, size, zoom, moving } }: { readonly view: View; readonly colors: Uint8Array; readonly place: MapPlace }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<PointsLayer | null>(null);
  const [unable, setUnable] = useState(false);
  useEffect(() => {
    layer.current = createPointsLayer(canvas.current!);
    setUnable(layer.current === null);
    return () => layer.current?.release();
  }, []);
  useEffect(() => layer.current?.setPositions(view.x, view.y), [view.x, view.y]);
  useEffect(() => layer.current?.setColors(colors), [colors]);
  useEffect(() => {
    const asked = requestAnimationFrame(() => layer.current?.draw(camera, size, pointDiameter(view.x.length, zoom), devicePixelRatio, moving ? whileMoving : view.x.length));
    return () => cancelAnimationFrame(asked);
  }, [camera, size, zoom, view.x, view.y, colors, moving]);
  return (
    <>
      <canvas ref={canvas} className="plot-canvas" data-testid="embedding" aria-hidden="true" />
      {unable && <p className="plot-notice">This browser draws no WebGL 2, which single points need. Choose Density instead, or save a figure: Truckee draws both itself.</p>}
    </>
  );
}

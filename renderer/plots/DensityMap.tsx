/** A map of any number of cells, counted in squares by the engine: moved at once, sharpened when it stands still. */
import { useEffect, useMemo, useRef } from 'react';
import type { Raster } from '../../protocol/raster-file.ts';
import { toData, toPixels, type Bounds } from './camera.ts';
import { MapFrame, type MapFrameProps, type MapPlace } from './MapFrame.tsx';

export type Region = readonly [number, number, number, number];

export interface DensityMapProps extends Pick<MapFrameProps, 'tool' | 'onChoose' | 'label'> {
  readonly raster: Raster;
  /** RGBA of every square. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** A part in finer squares, drawn over the rest. */
  readonly detail: { readonly raster: Raster; readonly pixels: Uint8ClampedArray<ArrayBuffer> } | null;
  /** The camera stands still over this part, of so many pixels; null when everything is in view. */
  onStill(part: { readonly region: Region; readonly width: number; readonly height: number } | null): void;
}

export function DensityMap({ raster, pixels, detail, onStill, ...frame }: DensityMapProps) {
  const [minX, minY, maxX, maxY] = raster.header.bounds;
  const bounds = useMemo((): Bounds => ({ minX, minY, maxX, maxY }), [minX, minY, maxX, maxY]);
  return (
    <MapFrame bounds={bounds} axes={raster.header.axes} {...frame}>
      {(place) => <Squares raster={raster} pixels={pixels} detail={detail} onStill={onStill} place={place} />}
    </MapFrame>
  );
}

interface SquaresProps extends Pick<DensityMapProps, 'raster' | 'pixels' | 'detail' | 'onStill'> {
  readonly place: MapPlace;
}

function Squares({ raster, pixels, detail, onStill, place: { camera, size, zoom, moving } }: SquaresProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const whole = usePicture(raster, pixels);
  const part = usePicture(detail?.raster ?? null, detail?.pixels ?? null);
  useEffect(() => {
    const asked = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext('2d');
      if (!element || !context) return;
      const ratio = devicePixelRatio;
      [element.width, element.height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const draw = (picture: HTMLCanvasElement, [x0, y0, x1, y1]: Region): void => {
        const [from, to] = [toPixels(camera, size, x0, y1), toPixels(camera, size, x1, y0)];
        // Squares larger than pixels keep their edges; smaller ones are averaged.
        context.imageSmoothingEnabled = to.px - from.px < picture.width;
        context.drawImage(picture, from.px, from.py, to.px - from.px, to.py - from.py);
      };
      if (whole) draw(whole, raster.header.region);
      if (part && detail) {
        const [x0, y0, x1, y1] = detail.raster.header.region;
        const [from, to] = [toPixels(camera, size, x0, y1), toPixels(camera, size, x1, y0)];
        context.clearRect(from.px, from.py, to.px - from.px, to.py - from.py);
        draw(part, detail.raster.header.region);
      }
      element.dataset['column'] = raster.header.color?.column ?? '';
      element.dataset['drawn'] = `${Number(element.dataset['drawn'] ?? 0) + 1}`;
    });
    return () => cancelAnimationFrame(asked);
  }, [camera, size, whole, part, raster, detail]);
  useEffect(() => {
    if (moving) return;
    if (zoom <= 1.05) {
      onStill(null);
      return;
    }
    const [low, high] = [toData(camera, size, 0, size.height), toData(camera, size, size.width, 0)];
    onStill({ region: [low.x, low.y, high.x, high.y], width: Math.min(1024, Math.round(size.width)), height: Math.min(1024, Math.round(size.height)) });
  }, [moving, camera, size, zoom]);
  return <canvas ref={canvas} className="plot-canvas" data-testid="density" aria-hidden="true" />;
}

/** Pixels as something a canvas can scale. */
function usePicture(raster: Raster | null, pixels: Uint8ClampedArray<ArrayBuffer> | null): HTMLCanvasElement | null {
  return useMemo(() => {
    if (!raster || !pixels) return null;
    const picture = document.createElement('canvas');
    [picture.width, picture.height] = [raster.header.width, raster.header.height];
    picture.getContext('2d')?.putImageData(new ImageData(pixels, raster.header.width, raster.header.height), 0, 0);
    return picture;
  }, [raster, pixels]);
}

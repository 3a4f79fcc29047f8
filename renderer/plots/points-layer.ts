/**
 * Points on a canvas through WebGL 2: positions and colours lie in two buffers, a picture is one draw call. Our own, because
 * the libraries for it compile code at run time, which the page's policy forbids.
 */
import type { Camera, Size } from './camera.ts';

export interface PointsLayer {
  setPositions(x: Float32Array, y: Float32Array): void;
  setColors(rgba: Uint8Array): void;
  /** `size` and `pointSize` in CSS pixels; at most `most` points, a fair sample of all: enough while the picture moves. */
  draw(camera: Camera, size: Size, pointSize: number, pixelRatio: number, most?: number): void;
  release(): void;
}

const vertexSource = `#version 300 es
in vec2 position;
in vec4 color;
uniform vec2 center;
uniform vec2 scale;
uniform float pointSize;
out vec4 tint;
void main() {
  gl_Position = vec4((position - center) * scale, 0.0, 1.0);
  gl_PointSize = pointSize;
  tint = color;
}`;

const fragmentSource = `#version 300 es
precision mediump float;
in vec4 tint;
out vec4 outColor;
void main() {
  vec2 offset = gl_PointCoord - vec2(0.5);
  float edge = smoothstep(0.5, 0.38, length(offset));
  if (edge <= 0.0) discard;
  outColor = vec4(tint.rgb * tint.a * edge, tint.a * edge);
}`;

/** Null when this browser draws no WebGL 2. */
export function createPointsLayer(canvas: HTMLCanvasElement): PointsLayer | null {
  const gl = canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true, preserveDrawingBuffer: true });
  if (!gl) return null;
  const program = link(gl);
  if (!program) return null;
  const place = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const uniforms = { center: place('center'), scale: place('scale'), pointSize: place('pointSize') };
  const [positions, colors] = [gl.createBuffer(), gl.createBuffer()];
  const attach = (buffer: WebGLBuffer | null, name: string, size: number, type: number, normalized: boolean): void => {
    const at = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, type, normalized, 0, 0);
  };
  let count = 0;
  /** Drawing order: any beginning of it is a fair sample. */
  let order = new Uint32Array(0);
  return {
    setPositions(x, y) {
      count = x.length;
      const pairs = new Float32Array(2 * count);
      order = fairOrder(count);
      for (let i = 0; i < count; i++) {
        pairs[2 * i] = x[order[i]!]!;
        pairs[2 * i + 1] = y[order[i]!]!;
      }
      gl.bindBuffer(gl.ARRAY_BUFFER, positions);
      gl.bufferData(gl.ARRAY_BUFFER, pairs, gl.STATIC_DRAW);
    },
    setColors(rgba) {
      const [all, ordered] = [new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4), new Uint32Array(rgba.length / 4)];
      for (let i = 0; i < ordered.length; i++) ordered[i] = all[order[i] ?? i]!;
      gl.bindBuffer(gl.ARRAY_BUFFER, colors);
      gl.bufferData(gl.ARRAY_BUFFER, ordered, gl.DYNAMIC_DRAW);
    },
    draw(camera, size, pointSize, pixelRatio, most = count) {
      const [width, height] = [Math.round(size.width * pixelRatio), Math.round(size.height * pixelRatio)];
      if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
      gl.viewport(0, 0, width, height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (count === 0) return;
      gl.useProgram(program);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      attach(positions, 'position', 2, gl.FLOAT, false);
      attach(colors, 'color', 4, gl.UNSIGNED_BYTE, true);
      gl.uniform2f(uniforms.center, camera.x, camera.y);
      gl.uniform2f(uniforms.scale, (2 * camera.scale) / size.width, (2 * camera.scale) / size.height);
      gl.uniform1f(uniforms.pointSize, Math.max(1, pointSize * pixelRatio));
      gl.drawArrays(gl.POINTS, 0, Math.min(count, most));
    },
    release() {
      gl.deleteBuffer(positions);
      gl.deleteBuffer(colors);
      gl.deleteProgram(program);
    },
  };
}

/** 0..n-1 in an order that jumps evenly through all (steps of the golden section, made coprime to n): no plate or line comes first. */
export function fairOrder(n: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(n);
  if (n < 3) return order.map((_, i) => i);
  let step = Math.max(1, Math.round(n * 0.6180339887));
  while (gcd(step, n) !== 1) step += 1;
  for (let i = 0, at = 0; i < n; i++) {
    order[i] = at;
    at = (at + step) % n;
  }
  return order;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function link(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertexSource], [gl.FRAGMENT_SHADER, fragmentSource]] as const) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

/** scanpy's rule (120,000 / n, an area) as a diameter, between a fine dot and a bold one; larger when zoomed in. */
export function pointDiameter(n: number, zoom: number): number {
  return Math.min(14, Math.max(1.4, Math.sqrt(120_000 / Math.max(1, n)) * Math.sqrt(Math.max(1, zoom))));
}

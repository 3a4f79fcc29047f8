/**
 * Points on a canvas through WebGL 2: positions and colours lie in two buffers, a picture is one draw call. Our own, because
 * the libraries for it compile code at run time, which the page's policy forbids.
 */
import type { Camera, Size } from './camera.ts';

export interface PointsLayer {
  setPositions(x: Float32Array, y: Float32Array): void;
  setColors(rgba: Uint8Array): void;
  /** `size` in CSS pixels; `pointSize` in CSS pixels as well. */
  draw(camera: Camera, size: Size, pointSize: number, pixelRatio: number): void;
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
  return {
    setPositions(x, y) {
      count = x.length;
      const pairs = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) {
        pairs[2 * i] = x[i]!;
        pairs[2 * i + 1] = y[i]!;
      }
      gl.bindBuffer(gl.ARRAY_BUFFER, positions);
      gl.bufferData(gl.ARRAY_BUFFER, pairs, gl.STATIC_DRAW);
    },
    setColors(rgba) {
      gl.bindBuffer(gl.ARRAY_BUFFER, colors);
      gl.bufferData(gl.ARRAY_BUFFER, rgba, gl.DYNAMIC_DRAW);
    },
    draw(camera, size, pointSize, pixelRatio) {
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
      gl.drawArrays(gl.POINTS, 0, count);
    },
    release() {
      gl.deleteBuffer(positions);
      gl.deleteBuffer(colors);
      gl.deleteProgram(program);
    },
  };
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

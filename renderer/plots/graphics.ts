/** Whether this browser draws with a graphics card or only pretends to: that decides how large maps are shown. */

let known: boolean | null = null;

/** False for renderers that run on the processor, and where WebGL 2 is missing. */
export function hasGraphicsCard(): boolean {
  if (known !== null) return known;
  const gl = document.createElement('canvas').getContext('webgl2');
  const info = gl?.getExtension('WEBGL_debug_renderer_info');
  const name = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  known = gl !== null && !/swiftshader|llvmpipe|software|basic render/i.test(name);
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return known;
}

/** Points up to this many are drawn one by one, without and with a graphics card. */
const [fewPoints, manyPoints] = [200_000, 1_000_000];

export const drawsPoints = (cells: number): boolean => cells <= (hasGraphicsCard() ? manyPoints : fewPoints);

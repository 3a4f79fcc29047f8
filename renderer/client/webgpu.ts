/** What WebGPU offers where this page is shown: the adapter with its limits, or why there is none. */
import { formatBytes, formatCount } from './words.ts';

/** Those that decide how large a piece of work may be; bytes or plain numbers. */
const limits = [
  { name: 'maxBufferSize', words: 'largest buffer', bytes: true }, { name: 'maxStorageBufferBindingSize', words: 'of it bound at a time', bytes: true },
  { name: 'maxStorageBuffersPerShaderStage', words: 'storage buffers of a shader', bytes: false }, { name: 'maxComputeWorkgroupsPerDimension', words: 'workgroups per dimension', bytes: false },
  { name: 'maxComputeInvocationsPerWorkgroup', words: 'invocations of a workgroup', bytes: false }, { name: 'maxComputeWorkgroupStorageSize', words: 'memory of a workgroup', bytes: true },
  { name: 'maxComputeWorkgroupSizeX', words: 'workgroup, x', bytes: false }, { name: 'maxComputeWorkgroupSizeY', words: 'workgroup, y', bytes: false }, { name: 'maxComputeWorkgroupSizeZ', words: 'workgroup, z', bytes: false },
] as const;

/** As much of an adapter as is asked for: what browsers have fits. */
export interface AdapterLike {
  readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string };
  readonly limits: Readonly<Record<(typeof limits)[number]['name'], number>>;
  readonly features: { has(name: string): boolean };
}

export interface GraphicsFound {
  readonly found: string;
  readonly verdict: 'good' | 'note';
  readonly words: string;
  readonly limits: readonly { readonly name: string; readonly words: string; readonly value: string }[];
}

export async function askGraphics(browser: { readonly gpu?: { requestAdapter(): Promise<AdapterLike | null> } }, secure: boolean): Promise<GraphicsFound> {
  if (!browser.gpu) return none(secure ? 'this browser has no WebGPU: an older version, or it is switched off' : 'browsers give WebGPU only to pages from https:// or from this machine itself');
  try {
    const adapter = await browser.gpu.requestAdapter();
    return adapter === null ? none('the browser has WebGPU but offers no adapter: no graphics card, or its driver is blocked') : described(adapter);
  } catch (thrown) {
    return none(`asking for an adapter failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

const none = (why: string): GraphicsFound => ({ found: 'no adapter', verdict: 'note', words: `Limits are not known, because ${why}. Everything runs on the processor.`, limits: [] });

function described({ info, limits: offered, features }: AdapterLike): GraphicsFound {
  const name = info.description || [info.vendor, info.architecture].filter((part) => part !== '').join(' ') || 'an adapter that does not tell its name';
  const software = /swiftshader|llvmpipe|software|basic render/i.test(`${name} ${info.architecture}`);
  return {
    found: name, verdict: software ? 'note' : 'good',
    words: `${software ? 'It draws on the processor: no faster than the processor itself. ' : ''}What the adapter offers; a program has to ask for more than WebGPU's small defaults. Half floats: ${features.has('shader-f16') ? 'yes' : 'no'}.`,
    limits: limits.map(({ name: limit, words, bytes }) => ({ name: limit, words, value: bytes ? formatBytes(offered[limit]) : formatCount(offered[limit]) })),
  };
}

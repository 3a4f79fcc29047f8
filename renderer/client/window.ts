/** What the Electron window offers beyond a browser (resources/preload.cjs); null in a browser. */

export interface WindowBridge {
  readonly shell: 'window';
  /** Shows an export of this workspace in its folder; false when it was refused. */
  reveal(folder: string, name: string): Promise<boolean>;
}

export const bridge: WindowBridge | null = (Reflect.get(globalThis, 'truckee') as WindowBridge | undefined) ?? null;

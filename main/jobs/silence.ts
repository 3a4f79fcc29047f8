/** Notices an engine that has stopped talking: a living one speaks at least once a second, whatever it works on. */

export interface SilenceWatch {
  heard(): void;
  close(): void;
}

/** Seconds without a word after which something is wrong outside the engine's own control. */
export const silentSeconds = 20;

/** Calls `onSilent` once per silence. Timers run on the wall of this process only: they do not keep it alive. */
export function watchSilence(onSilent: (seconds: number) => void): SilenceWatch {
  let lastMs = performance.now();
  let told = false;
  const timer = setInterval(() => {
    const seconds = (performance.now() - lastMs) / 1000;
    if (told || seconds < silentSeconds) return;
    told = true;
    onSilent(seconds);
  }, 1000);
  timer.unref();
  return {
    heard() {
      lastMs = performance.now();
      told = false;
    },
    close: () => clearInterval(timer),
  };
}

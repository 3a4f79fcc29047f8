/** Shows a job's events: a bar that redraws itself on a terminal, one line per step elsewhere, JSON lines with --json. */
import type { LoggedEvent, StepProgress } from '../../../protocol/events.ts';
import { formatBytes, formatCount, formatSeconds } from '../../../protocol/format.ts';
import type { Speaker } from './command.ts';

export interface ProgressView {
  show(logged: LoggedEvent): void;
  close(): void;
}

const barWidth = 24;

export function createProgressView(say: Speaker, json: boolean): ProgressView {
  const live = !json && process.stdout.isTTY === true;
  let drawn = false;
  let title = '';
  const clear = (): void => {
    if (drawn) process.stdout.write('\r\x1b[2K');
    drawn = false;
  };
  const print = (text: string): void => {
    clear();
    say.line(text);
  };
  return {
    show({ number, at, event }) {
      if (json) {
        say.json({ number, at, ...event });
        return;
      }
      switch (event.kind) {
        case 'step-started':
          title = `${event.index + 1}/${event.of} ${event.title}`;
          if (live) draw(title);
          return;
        case 'progress':
          if (live) draw(`${title.padEnd(30)} ${bar(event)}`);
          return;
        case 'note':
          print(`  ${event.level === 'warning' ? '!' : '-'} ${event.text}`);
          return;
        case 'result':
          print(event.reused ? `  ✓ ${event.step}: unchanged, reused` : `  ✓ ${event.step} in ${formatSeconds(event.seconds)}`);
          return;
        case 'queued':
        case 'accepted':
        case 'done':
        case 'failed':
        case 'cancelled':
        case 'gone':
          clear();
          return;
        default:
          event satisfies never;
      }
    },
    close: clear,
  };

  function draw(text: string): void {
    const width = process.stdout.columns || 80;
    process.stdout.write(`\r\x1b[2K${text.slice(0, width - 1)}`);
    drawn = true;
  }
}

/** [######      ] 42 %  1,234,567 of 3,000,000 cells  52,000/s  3 min 20 s  812 MiB */
export function bar(progress: StepProgress): string {
  if (progress.total === 0) return progress.memoryBytes === null ? 'working' : `working  ${formatBytes(progress.memoryBytes)}`;
  const share = Math.min(1, progress.done / progress.total);
  const filled = Math.round(share * barWidth);
  const parts = [
    `[${'#'.repeat(filled)}${' '.repeat(barWidth - filled)}] ${Math.floor(share * 100)} %`,
    `${formatCount(progress.done)} of ${formatCount(progress.total)} ${progress.unit}`,
  ];
  if (progress.rate > 0) parts.push(`${formatCount(progress.rate)}/s`);
  if (progress.etaSeconds !== null) parts.push(formatSeconds(progress.etaSeconds));
  if (progress.memoryBytes !== null) parts.push(formatBytes(progress.memoryBytes));
  return parts.join('  ');
}

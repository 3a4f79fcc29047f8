/** What the colours mean: categories with their counts, each a button that shows it alone, or the scale of a number. */
import { useMemo } from 'react';
import { numberColors } from '../../protocol/colors.ts';
import type { View } from '../../protocol/view-file.ts';
import { formatCount, formatValue } from '../client/words.ts';
import { labelColors } from './point-colors.ts';

export interface LegendProps {
  readonly view: View;
  readonly chosen: Uint8Array | null;
  /** Categories shown in full; null for all. */
  readonly shown: ReadonlySet<number> | null;
  readonly dark: boolean;
  onShown(shown: ReadonlySet<number> | null): void;
}

/** Rows of a legend; the most frequent come first. */
const most = 120;

export function Legend({ view, chosen, shown, dark, onShown }: LegendProps) {
  const { color } = view.header;
  const counts = useMemo(() => {
    if (color?.kind !== 'categories' || !view.codes || chosen === null) return color?.kind === 'categories' ? color.counts : [];
    const found = new Array<number>(color.categories.length).fill(0);
    view.codes.forEach((code, i) => {
      if (code >= 0 && chosen[i] === 1) found[code]! += 1;
    });
    return found;
  }, [color, view.codes, chosen]);
  if (color === null) return null;
  if (color.kind === 'numbers') {
    return (
      <div>
        <div className="scale" style={{ background: `linear-gradient(to right, ${numberColors.filter((_, i) => i % 7 === 0).join(', ')})` }} role="img" aria-label={`Scale of ${color.column}`} />
        <div className="histogram-ends"><span>{color.min === null ? '' : formatValue(color.min)}</span><span>{color.missing > 0 ? `${formatCount(color.missing)} missing` : ''}</span><span>{color.max === null ? '' : formatValue(color.max)}</span></div>
      </div>
    );
  }
  const colors = labelColors(color.categories.length, dark);
  const order = color.categories.map((_, code) => code).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const toggle = (code: number): void => {
    const next = new Set(shown ?? []);
    if (next.has(code)) next.delete(code);
    else next.add(code);
    onShown(next.size === 0 ? null : next);
  };
  return (
    <div>
      <ul className="legend" aria-label={`Categories of ${color.column}: press one to show it alone`}>
        {order.slice(0, most).map((code) => (
          <li key={code}>
            <button type="button" aria-pressed={shown === null ? undefined : shown.has(code)} onClick={() => toggle(code)}>
              <span className="dot" style={{ background: colors[code] }} /><span className="grow clip">{color.categories[code]}</span><span className="count">{formatCount(counts[code]!)}</span>
            </button>
          </li>
        ))}
      </ul>
      {order.length > most && <p className="quiet">and {order.length - most} more</p>}
      {color.missing > 0 && <p className="quiet">{formatCount(color.missing)} cells without a label</p>}
      {shown !== null && <button type="button" className="nav-link" onClick={() => onShown(null)}>show all</button>}
    </div>
  );
}

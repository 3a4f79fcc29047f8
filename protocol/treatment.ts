/**
 * The atlas writes a well's treatment as the text of a Python list: [('Infigratinib', 5.0, 'uM')]. This reads exactly
 * that small grammar (a list of 3-tuples of text, number, text) and nothing else of Python.
 */

export interface Treatment {
  /** As written, blanks included. */
  readonly drug: string;
  readonly dose: number;
  readonly unit: string;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '0': '\0' };

/** All tuples, in order; null when the text is anything else: the caller keeps the raw text and says so. */
export function parseTreatment(text: string): readonly Treatment[] | null {
  let at = 0;
  const skip = (): void => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const take = (symbol: string): boolean => {
    skip();
    if (text[at] !== symbol) return false;
    at += 1;
    return true;
  };
  const quoted = (): string | null => {
    skip();
    const quote = text[at];
    if (quote !== "'" && quote !== '"') return null;
    at += 1;
    let out = '';
    while (at < text.length) {
      const char = text[at++]!;
      if (char === quote) return out;
      if (char !== '\\') out += char;
      else {
        const next = text[at++] ?? '';
        const hex = next === 'x' ? 2 : next === 'u' ? 4 : 0;
        if (hex > 0) {
          const digits = text.slice(at, at + hex);
          if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < hex) return null;
          out += String.fromCharCode(Number.parseInt(digits, 16));
          at += hex;
        } else {
          const plain = escapes[next];
          if (plain === undefined) return null;
          out += plain;
        }
      }
    }
    return null;
  };
  const number = (): number | null => {
    skip();
    const found = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(text.slice(at, at + 40));
    if (!found) return null;
    at += found[0].length;
    return Number(found[0]);
  };
  if (!take('[')) return null;
  const treatments: Treatment[] = [];
  while (!take(']')) {
    if (treatments.length > 0 && !take(',')) return null;
    if (treatments.length > 0 && take(']')) break;
    if (!take('(')) return null;
    const drug = quoted();
    if (drug === null || !take(',')) return null;
    const dose = number();
    if (dose === null || !Number.isFinite(dose) || dose < 0 || !take(',')) return null;
    const unit = quoted();
    if (unit === null) return null;
    take(',');
    if (!take(')')) return null;
    treatments.push({ drug, dose, unit });
  }
  skip();
  return at === text.length && treatments.length > 0 ? treatments : null;
}

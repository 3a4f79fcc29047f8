/** The head of an HTTP/1.1 answer, read strictly: what is ambiguous is refused. */

export interface Head {
  readonly status: number;
  /** Names in lower case; repeated ones joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** How the body ends: after so many bytes, chunked, with the connection. */
export type Framing = { readonly kind: 'length'; readonly length: number } | { readonly kind: 'chunked' } | { readonly kind: 'to-end' };

/** Heads are some hundred bytes; longer ones are an attack. */
export const mostHeadBytes = 64 * 1024;

/** Null when the text is no sound head. */
export function parseHead(text: string): Head | null {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) return null;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const field = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (!field) return null;
    const name = field[1]!.toLowerCase();
    const before = headers.get(name);
    headers.set(name, before === undefined ? field[2]! : `${before}, ${field[2]!}`);
  }
  return { status: Number(status), headers };
}

/** Null when nobody can tell where the body ends. */
export function framingOf({ status, headers }: Head): Framing | null {
  if (status === 204 || status === 304) return { kind: 'length', length: 0 };
  const [coding, length] = [headers.get('transfer-encoding'), headers.get('content-length')];
  if (coding !== undefined) return /^chunked$/i.test(coding) && length === undefined ? { kind: 'chunked' } : null;
  if (length === undefined) return { kind: 'to-end' };
  const lengths = new Set(length.split(/\s*,\s*/));
  const value = Number([...lengths][0]);
  return lengths.size === 1 && /^\d+$/.test([...lengths][0]!) && Number.isSafeInteger(value) ? { kind: 'length', length: value } : null;
}

/** Cuts a where-expression into tokens; knows nothing of its grammar. */
import { failure } from './errors.ts';

export interface Token {
  readonly kind: 'word' | 'column' | 'text' | 'number' | 'op' | 'symbol' | 'end';
  readonly text: string;
  /** Character position in the expression. */
  readonly at: number;
}

const patterns: readonly { kind: Token['kind']; pattern: RegExp }[] = [
  { kind: 'op', pattern: /==|!=|<=|>=|<|>/y },
  { kind: 'number', pattern: /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy },
  { kind: 'word', pattern: /[\p{L}_][\p{L}\p{N}_.]*/uy },
  { kind: 'symbol', pattern: /[()[\],&|~]/y },
];

/** @throws bad-expression at the first character that starts no token. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    const character = expression[at]!;
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    if (character === "'" || character === '"' || character === '`') {
      const { text, end } = quoted(expression, at, character);
      tokens.push({ kind: character === '`' ? 'column' : 'text', text, at });
      at = end;
      continue;
    }
    const token = matchAt(expression, at);
    if (!token) {
      const reason = character === '=' ? "use '==' to compare" : `'${character}' is not understood`;
      throw failure('bad-expression', { expression, position: at, reason });
    }
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '', at: expression.length });
  return tokens;
}

function matchAt(expression: string, at: number): Token | undefined {
  for (const { kind, pattern } of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match) return { kind, text: match[0], at };
  }
  return undefined;
}

/** Text between quotes; a backslash keeps the next character as it is. */
function quoted(expression: string, start: number, quote: string): { text: string; end: number } {
  let text = '';
  for (let i = start + 1; i < expression.length; i++) {
    const character = expression[i]!;
    if (character === '\\' && i + 1 < expression.length) {
      text += expression[++i]!;
    } else if (character === quote) {
      return { text, end: i + 1 };
    } else {
      text += character;
    }
  }
  throw failure('bad-expression', { expression, position: start, reason: `the ${quote} is never closed` });
}

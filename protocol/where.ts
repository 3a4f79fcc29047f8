/**
 * The small expression language over obs columns, the one that pandas' query users know:
 *   cell_line == 'A549' and not (pct_counts_mt >= 20 or phase in ['S', 'G2M'])
 * Columns are bare names or `names in backquotes`. Parsed here, evaluated per cell in compute/columns.
 */
import { failure } from './errors.ts';
import { tokenize, type Token } from './where.tokens.ts';

export type Literal = string | number | boolean;
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Where =
  | { readonly kind: 'and' | 'or'; readonly left: Where; readonly right: Where }
  | { readonly kind: 'not'; readonly of: Where }
  | { readonly kind: 'compare'; readonly column: string; readonly op: CompareOp; readonly value: Literal }
  | { readonly kind: 'in'; readonly column: string; readonly values: readonly Literal[]; readonly negated: boolean }
  /** A boolean column standing alone. */
  | { readonly kind: 'flag'; readonly column: string };

const flipped: Readonly<Record<CompareOp, CompareOp>> = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** @throws bad-expression with the character position. */
export function parseWhere(expression: string): Where {
  const tokens = tokenize(expression);
  let at = 0;

  const peek = (): Token => tokens[at]!;
  const fail = (reason: string, token: Token = peek()): never => {
    throw failure('bad-expression', { expression, position: token.at, reason });
  };
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text.toLowerCase() === word;
  const isSymbol = (symbol: string): boolean => peek().kind === 'symbol' && peek().text === symbol;
  const take = (): Token => tokens[at++]!;

  const disjunction = (): Where => {
    let left = conjunction();
    while (isWord('or') || isSymbol('|')) {
      take();
      left = { kind: 'or', left, right: conjunction() };
    }
    return left;
  };
  const conjunction = (): Where => {
    let left = negation();
    while (isWord('and') || isSymbol('&')) {
      take();
      left = { kind: 'and', left, right: negation() };
    }
    return left;
  };
  let depth = 0;
  const negation = (): Where => {
    if (++depth > 200) fail('it is nested too deeply');
    try {
      if (isWord('not') || isSymbol('~')) {
        take();
        return { kind: 'not', of: negation() };
      }
      if (isSymbol('(')) {
        take();
        const inner = disjunction();
        if (!isSymbol(')')) fail("a ')' is missing");
        take();
        return inner;
      }
      return comparison();
    } finally {
      depth--;
    }
  };
  const comparison = (): Where => {
    const first = take();
    if (first.kind === 'column' || first.kind === 'word') return afterColumn(first.text);
    const value = literalOf(first);
    if (value === undefined) return fail('a column name was expected here', first);
    const op = compareOp();
    const column = take();
    if (column.kind !== 'column' && column.kind !== 'word') return fail('a column name was expected here', column);
    return { kind: 'compare', column: column.text, op: flipped[op], value };
  };
  const afterColumn = (column: string): Where => {
    if (isWord('in')) {
      take();
      return { kind: 'in', column, values: literalList(), negated: false };
    }
    if (isWord('not')) {
      take();
      if (!isWord('in')) fail("'in' was expected after 'not'");
      take();
      return { kind: 'in', column, values: literalList(), negated: true };
    }
    if (peek().kind !== 'op') return { kind: 'flag', column };
    const op = compareOp();
    const token = take();
    const value = literalOf(token);
    if (value === undefined) {
      return fail(token.kind === 'word' ? `put text in quotes: '${token.text}'` : 'a text or a number was expected here', token);
    }
    return { kind: 'compare', column, op, value };
  };
  const compareOp = (): CompareOp => {
    const token = take();
    if (token.kind !== 'op') return fail('a comparison (==, !=, <, <=, >, >=, in) was expected here', token);
    return token.text as CompareOp;
  };
  const literalList = (): Literal[] => {
    const close = isSymbol('[') ? ']' : isSymbol('(') ? ')' : fail("a list like ['a', 'b'] was expected here");
    take();
    const values: Literal[] = [];
    while (!isSymbol(close)) {
      const token = take();
      const value = literalOf(token);
      if (value === undefined) return fail('a text or a number was expected in the list', token);
      values.push(value);
      if (isSymbol(',')) take();
      else if (!isSymbol(close)) fail(`',' or '${close}' was expected here`);
    }
    take();
    return values;
  };

  const where = disjunction();
  if (peek().kind !== 'end') fail(`nothing was expected after this, but there is '${peek().text}'`);
  return where;
}

function literalOf(token: Token): Literal | undefined {
  if (token.kind === 'text') return token.text;
  if (token.kind === 'number') return Number(token.text);
  if (token.kind === 'word' && /^true$/i.test(token.text)) return true;
  if (token.kind === 'word' && /^false$/i.test(token.text)) return false;
  return undefined;
}

/** The parts of an expression that look at a column, in order of appearance. */
export function* conditionsIn(where: Where): Generator<Extract<Where, { readonly column: string }>, void, void> {
  switch (where.kind) {
    case 'and':
    case 'or':
      yield* conditionsIn(where.left);
      yield* conditionsIn(where.right);
      return;
    case 'not':
      yield* conditionsIn(where.of);
      return;
    case 'compare':
    case 'in':
    case 'flag':
      yield where;
      return;
    default:
      where satisfies never;
  }
}

/** Names of all columns an expression reads, each once, in order of appearance. */
export const columnsOf = (where: Where): string[] => [...new Set([...conditionsIn(where)].map(({ column }) => column))];

/** Numbers of a text read straight from its bytes. */

const space = 32;
const tab = 9;
const newline = 10;
const carriageReturn = 13;
const zero = 48;
const nine = 57;

export interface NumberCursor {
  bytes: Uint8Array;
  at: number;
}

/** The next number of the current line, NaN when the line has no more or its next word is not a number. */
export function nextNumber(cursor: NumberCursor): number {
  const { bytes } = cursor;
  let at = cursor.at;
  while (bytes[at] === space || bytes[at] === tab) at++;
  const start = at;
  let value = 0;
  // Up to 15 digits are exact in float64; longer ones, signs, points and exponents go the slow way.
  while (at - start < 15 && bytes[at]! >= zero && bytes[at]! <= nine) value = value * 10 + (bytes[at++]! - zero);
  if (!endsWord(bytes[at])) {
    while (!endsWord(bytes[at])) at++;
    value = Number(String.fromCharCode(...bytes.subarray(start, Math.min(at, start + 64))));
  } else if (at === start) {
    value = NaN;
  }
  cursor.at = at;
  return value;
}

/** Moves behind the line's end; false when something is left on the line. */
export function endLine(cursor: NumberCursor): boolean {
  const { bytes } = cursor;
  while (bytes[cursor.at] === space || bytes[cursor.at] === tab || bytes[cursor.at] === carriageReturn) cursor.at++;
  if (bytes[cursor.at] !== newline) return false;
  cursor.at++;
  return true;
}

function endsWord(byte: number | undefined): boolean {
  return byte === undefined || byte === space || byte === newline || byte === tab || byte === carriageReturn;
}

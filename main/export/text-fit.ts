/** How wide a text will be, roughly, and how to make it fit: there is no browser to ask. */

/** Width in em of common sans-serif faces, by kind of character. */
function em(character: string): number {
  const point = character.codePointAt(0)!;
  if (point >= 0x2e80) return 1;
  if (/[iljtfrI.,:;'|!()[\]\s]/.test(character)) return 0.32;
  if (/[mwMW@%&]/.test(character)) return 0.88;
  if (/[A-Z0-9_+=~#<>]/.test(character)) return 0.64;
  return 0.55;
}

/** Pixels of a text at a font size in pixels; errs on the wide side. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0;
  for (const character of text) width += em(character);
  return width * fontSize;
}

/** The text, or as much of it as fits with an ellipsis. */
export function fitText(text: string, fontSize: number, mostWidth: number): string {
  if (textWidth(text, fontSize) <= mostWidth) return text;
  const characters = [...new Intl.Segmenter().segment(text)].map((part) => part.segment);
  let width = fontSize;
  let kept = 0;
  while (kept < characters.length && width + textWidth(characters[kept]!, fontSize) <= mostWidth) width += textWidth(characters[kept++]!, fontSize);
  return `${characters.slice(0, kept).join('').trimEnd()}…`;
}

/** Breaks words into lines of at most `mostWidth` pixels; a longer word is cut. */
export function wrapText(text: string, fontSize: number, mostWidth: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && textWidth(longer, fontSize) <= mostWidth) lines[lines.length - 1] = longer;
    else lines.push(fitText(word, fontSize, mostWidth));
  }
  return lines;
}

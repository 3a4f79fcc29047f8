/** SVG as text, made without a DOM: everything that came from a file is escaped here and nowhere else. */

/** Characters that XML 1.0 has no place for (controls, lone surrogates, non-characters). */
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A text as character data or inside a double-quoted attribute; line breaks and tabs become blanks. */
export function escapeXml(text: string): string {
  return text
    .replace(notXml, '\ufffd')
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element; `children` are finished markup. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${typeof value === 'number' ? short(value) : escapeXml(value)}"`]));
  return children.length === 0 ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${children.join('')}</${name}>`;
}

/** A text element; `content` is escaped. */
export function label(content: string, attributes: Attributes): string {
  return element('text', attributes, escapeXml(content));
}

/** At most two decimals, nothing superfluous: 0.5 -> .5 is left to path data. */
export function short(value: number): string {
  const text = value.toFixed(2);
  return text.includes('.') ? text.replace(/\.?0+$/, '') || '0' : text;
}

/** One decimal without a leading zero, for the long lists of path data. */
export function tenth(value: number): string {
  const text = (Math.round(value * 10) / 10).toString();
  if (text.startsWith('0.')) return text.slice(1);
  return text.startsWith('-0.') ? `-${text.slice(2)}` : text;
}

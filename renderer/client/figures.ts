/** A figure's SVG as the other formats people ask for: PNG at a chosen resolution, PDF with its text as text. */
import { downloadRoute } from '../../protocol/api.routes.ts';
import type { ExportedFile } from '../../protocol/api.types.ts';

export function downloadUrl(file: Pick<ExportedFile, 'folder' | 'name'>): string {
  return `${downloadRoute}?${new URLSearchParams({ folder: file.folder, name: file.name }).toString()}`;
}

export async function fetchText(file: Pick<ExportedFile, 'folder' | 'name'>): Promise<string> {
  const response = await fetch(downloadUrl(file));
  if (!response.ok) throw new Error(`${file.name} could not be read (${response.status})`);
  return response.text();
}

/** Points of a figure are CSS pixels: 96 to the inch. */
const pixelsPerInch = 96;

function parsed(svg: string): { element: SVGSVGElement; width: number; height: number } {
  const element = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  if (!(element instanceof SVGSVGElement)) throw new Error('the figure is no SVG');
  const { width, height } = element.viewBox.baseVal;
  return { element, width: width || element.width.baseVal.value, height: height || element.height.baseVal.value };
}

/** On white, as a journal prints it. */
export async function svgToPng(svg: string, dpi: number): Promise<Blob> {
  const { width, height } = parsed(svg);
  const scale = dpi / pixelsPerInch;
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: 'image/png' });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** With a font of its own inside: the built-in ones of PDF lose the minus sign and Greek letters. */
export async function svgToPdf(svg: string): Promise<Blob> {
  const [{ jsPDF }, { svg2pdf }, { default: regular }, { default: bold }] = await Promise.all([
    import('jspdf'), import('svg2pdf.js'), import('dejavu-fonts-ttf/ttf/DejaVuSans.ttf?url'), import('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf?url'),
  ]);
  const { element, width, height } = parsed(svg);
  const points = 72 / pixelsPerInch;
  const pdf = new jsPDF({ unit: 'pt', format: [width * points, height * points], orientation: width > height ? 'landscape' : 'portrait', compress: true });
  for (const [url, style] of [[regular, 'normal'], [bold, 'bold']] as const) {
    const name = `DejaVu-${style}.ttf`;
    pdf.addFileToVFS(name, await base64(url));
    pdf.addFont(name, 'DejaVu', style);
  }
  for (const text of [element, ...element.querySelectorAll<SVGElement>('*')]) if (text.hasAttribute('font-family') || text === element) text.setAttribute('font-family', 'DejaVu');
  await svg2pdf(element, pdf, { x: 0, y: 0, width: width * points, height: height * points });
  return pdf.output('blob');
}

async function base64(url: string): Promise<string> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The look of figures, in one place: scanpy's sizes on a 96-pixel inch. Lengths in pixels. */

/** Side of the square that points are drawn in (4 in). */
export const plotSide = 384;
export const fontFamily = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
export const ink = '#1f2328';
export const mutedInk = '#59636e';
export const warningInk = '#8a4600';
export const frameInk = '#424a53';
export const titleSize = 16;
export const labelSize = 13;
export const smallSize = 11.5;
export const margin = 20;

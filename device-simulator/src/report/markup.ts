/** Text and numbers as HTML and SVG have them. */

export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A length in tenths of a pixel: what is finer nobody sees. */
export const px = (value: number): string => (Math.round(value * 10) / 10).toString();

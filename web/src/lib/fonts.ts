// Noto Sans SC for the page and for the map, from the page's own origin. The
// family comes in about a hundred files a weight, each for a range of
// characters; the browser and MapLibre fetch a file when a character of its
// range is first drawn. MapLibre waits for the file before it draws the
// character, so no label is ever kept in a fallback font.
import ranges from "@fontsource/noto-sans-sc/unicode.json";

const files = {
  400: import.meta.glob<string>(
    [
      "/node_modules/@fontsource/noto-sans-sc/files/*-400-normal.woff2",
      "!**/*-chinese-simplified-*", // all of the numbered ones in one
    ],
    {
      query: "?url",
      import: "default",
      eager: true,
    },
  ),
  600: import.meta.glob<string>(
    [
      "/node_modules/@fontsource/noto-sans-sc/files/*-600-normal.woff2",
      "!**/*-chinese-simplified-*", // all of the numbered ones in one
    ],
    {
      query: "?url",
      import: "default",
      eager: true,
    },
  ),
};
type Weight = keyof typeof files;

interface Face {
  url: string;
  range: string;
}

/** The files of a weight with their ranges, in the order of the family's own style sheet: where two hold a character, the later one counts. */
function faces(weight: Weight): Face[] {
  const urls = Object.entries(files[weight]);
  return Object.entries(ranges as Record<string, string>).flatMap(([subset, range]) => {
    const name = subset.replace(/[[\]]/g, "");
    const found = urls.find(([path]) => path.endsWith(`/noto-sans-sc-${name}-${weight}-normal.woff2`));
    return found ? [{ url: found[1], range }] : [];
  });
}

/** Makes the family known to the page's own text. Nothing is fetched before it is used. */
export function registerFonts(): void {
  for (const weight of [400, 600] as const) {
    for (const { url, range } of faces(weight)) {
      const descriptors = { weight: String(weight), unicodeRange: range, display: "swap" } as const;
      document.fonts.add(new FontFace("Noto Sans SC", `url(${url})`, descriptors));
    }
  }
}

/** The `font-faces` of a MapLibre style, under the names that the style's text-font uses. */
export function mapFontFaces(): Record<string, { url: string; "unicode-range": string[] }[]> {
  const list = (weight: Weight) =>
    faces(weight)
      .reverse() // in a style the first one counts
      .map(({ url, range }) => ({
        url: new URL(url, location.href).href,
        "unicode-range": range.split(","),
      }));
  return { "Noto Sans SC Regular": list(400), "Noto Sans SC SemiBold": list(600) };
}

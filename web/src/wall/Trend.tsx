/** The reports of the last 24 hours over the band of four weeks. */
export function Trend() {
  return null;
}

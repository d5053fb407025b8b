// The revision of each tileset, put into the URL of every tile that the map asks
// for: so that after a change the browser's cache cannot answer with the old one.
export class Revisions {
  private readonly known = new Map<string, string>();

  /** Notes a revision; true when it is another than the one known before. */
  note(tileset: string, revision: string): boolean {
    const before = this.known.get(tileset);
    this.known.set(tileset, revision);
    return before !== undefined && before !== revision;
  }

  /** The URL with the newest revision that is known of its tileset; any other URL as it is. */
  rewrite(url: string): string {
    const tileset = /\/tiles\/([^/?]+)\/\d+\//.exec(url)?.[1];
    const revision = tileset && this.known.get(decodeURIComponent(tileset));
    if (!revision) return url;
    const rewritten = new URL(url, location.href);
    rewritten.searchParams.set("r", revision);
    return rewritten.href;
  }
}

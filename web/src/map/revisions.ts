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

  /** The absolute URL, with the newest revision that is known if it is a tile's. */
  rewrite(relative: string): string {
    const url = new URL(relative, location.href);
    const name = /\/tiles\/([^/]+)\/\d+\//.exec(url.pathname)?.[1];
    if (!name) return url.href;
    const tileset = decodeURIComponent(name);
    const asked = url.searchParams.get("r");
    const known = this.known.get(tileset);
    if (known !== undefined) url.searchParams.set("r", known);
    else if (asked !== null) this.known.set(tileset, asked); // the map shows this one from now on
    return url.href;
  }
}

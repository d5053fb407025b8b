// What the card shows of data that it must not trust, and of answers that come late.
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { caller } from "../src/lib/caller.ts";
import { lang } from "../src/lib/i18n.ts";
import { cardState } from "../src/lib/selection.ts";
import { closeCard, selected } from "../src/lib/state.ts";
import { Card, postLink } from "../src/wall/Card.tsx";

let root: HTMLElement;
let answers: Map<string, (areas: string[]) => void>;
const settle = () => new Promise((done) => setTimeout(done, 5));

function show(code: string, more = {}): Promise<unknown> {
  selected.value = code;
  cardState.value = { code, card: { id: 1, code, level: "street", name: code, children: 90, ...more } };
  return settle();
}

beforeEach(async () => {
  lang.value = "en";
  caller.value = { open: false, classes: ["public", "internal", "restricted"] };
  answers = new Map();
  vi.stubGlobal("fetch", (path: string, { signal }: RequestInit) => {
    const code = path.split("/").at(-2) ?? "";
    return new Promise((done, fail) => {
      signal?.addEventListener("abort", () => fail(new DOMException("", "AbortError")));
      answers.set(code, (areas) => {
        const children = areas.map((name) => ({ code: name, name, level: "community" }));
        done({ ok: true, json: async () => ({ children }) });
      });
    });
  });
  root = document.body.appendChild(document.createElement("div"));
  render(<Card onGo={() => {}} />, root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  closeCard();
  cardState.value = undefined;
  lang.value = "zh";
  vi.unstubAllGlobals();
});

test("a post's link is a web address or none", () => {
  const link = (link: string) => postLink({ role: "leader", ref: "a/b?c", code: "P1", link });
  expect(link("https://staff.example/{ref}?of={code}")).toBe("https://staff.example/a%2Fb%3Fc?of=P1");
  expect(link("/staff/{code}")).toBe("/staff/P1");
  expect(link("javascript:alert(1)//{ref}")).toBeUndefined();
  expect(link("data:text/html,<script>")).toBeUndefined();
});

test("a name is text, whatever it says", async () => {
  await show("a", { name: "<img src=x onerror=alert(1)>", posts: [{ role: "<b>", link: "javascript:x" }] });
  expect(root.querySelector("h2")?.textContent).toBe("<img src=x onerror=alert(1)>");
  expect(root.querySelector("img, .posts a")).toBeNull();
});

const figures = { open_incidents: 3, cameras: 5, devices: 7, buildings: 11 };

test.each([
  ["all", ["public", "internal", "restricted"], ["open", "buildings", "cameras", "devices"], "Posts"],
  ["internal", ["public", "internal"], ["buildings", "cameras", "devices"], "Posts"],
  ["public", ["public"], ["buildings"], ""],
] as const)("holds nothing above the caller's class: %s", async (_, classes, shown, posts) => {
  caller.value = { open: false, classes: [...classes] };
  await show("a", { figures });
  expect([...root.querySelectorAll(".facts dt")].map((dt) => dt.textContent)).toEqual(shown);
  expect([...root.querySelectorAll("h3")].map((h) => h.textContent).join()).toBe(posts);
});

test("an area outside the caller's scope is no error", async () => {
  selected.value = "b";
  cardState.value = { code: "b", hidden: true };
  await settle();
  expect(root.textContent).toContain("nothing for you to see");
  expect(root.textContent).not.toContain("cannot be read");
});

test("areas below that come late are not shown under another area", async () => {
  const open = () => root.querySelector<HTMLButtonElement>(".below")?.click();
  await show("a");
  open();
  await settle();
  await show("b");
  answers.get("a")?.(["of a"]);
  await settle();
  expect(root.textContent).not.toContain("of a");
  open();
  await settle();
  answers.get("b")?.(Array.from({ length: 65 }, (_, i) => `of b ${i}`));
  await settle();
  expect(root.textContent).toContain("of b 59");
  expect(root.textContent).toContain("5 more"); // a list that is cut says so
  open();
  await settle();
  expect(root.textContent).not.toContain("of b");
});

test("Escape closes it", async () => {
  await show("a");
  expect(root.querySelector(".card")).not.toBeNull();
  dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  await settle();
  expect(selected.value).toBeUndefined();
});

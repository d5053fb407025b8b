import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type AreaRef, type Card as CardFacts, children, type Figure, type Post } from "../lib/api.ts";
import { sees } from "../lib/caller.ts";
import { areaSize, count } from "../lib/format.ts";
import { type Key, nameOf, t, tOr } from "../lib/i18n.ts";
import { areaName, levelName, networkName } from "../lib/names.ts";
import { cardState } from "../lib/selection.ts";
import type { Class } from "../lib/session.ts";
import { closeCard, type Spot, selected, spot } from "../lib/state.ts";

interface Props {
  onGo: (code: string) => void;
}

/** The grid card: what an area is called, whose it is, what it holds, who is next door. */
export function Card({ onGo }: Props) {
  useEffect(closeOnEscape, []);
  const shown = cardState.value;
  const at = spot.value;
  const tower = at?.tower ?? shown?.card?.building;
  if (!shown && !at) return null;
  return (
    <section class="card panel" aria-label={t("card")}>
      <button type="button" class="close" aria-label={t("close")} onClick={closeCard}>
        ×
      </button>
      {shown?.card && shown.code === selected.value && <Facts card={shown.card} tower={tower} onGo={onGo} />}
      {shown?.failed && <p class="none">{t("cardFailed")}</p>}
      {shown?.hidden && <p class="none">{t("hidden")}</p>}
      {at && <SpotWords spot={at} onGo={onGo} />}
    </section>
  );
}

/** Escape closes the card from anywhere on the page, unless something nearer took it. */
function closeOnEscape(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented) closeCard();
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

function Facts({ card, tower, onGo }: { card: CardFacts; tower: string | undefined } & Props) {
  const above = (card.chain ?? []).filter((area) => area.code !== card.code);
  return (
    <>
      <p class="level">{[levelName(card), networkName(card.network)].filter(Boolean).join(" · ")}</p>
      <h2>{nameOf(card.name) || card.code}</h2>
      <p class="code">{card.code}</p>
      {above.length > 0 && (
        <nav class="chain">
          {above.map((area) => (
            <AreaLink key={area.code} area={area} onGo={onGo} />
          ))}
        </nav>
      )}
      <FigureGrid card={card} />
      {tower && <Tower building={tower} onGo={onGo} />}
      {sees("internal") && <Posts card={card} />}
      <Below card={card} onGo={onGo} />
      {Boolean(card.neighbours?.length) && (
        <>
          <h3>{t("neighbours")}</h3>
          <div class="links">
            {card.neighbours?.map((area) => (
              <AreaLink key={area.code} area={area} onGo={onGo} />
            ))}
          </div>
        </>
      )}
      {card.edition && <p class="foot">{t("edition", { id: card.edition.id })}</p>}
    </>
  );
}

function AreaLink({ area, onGo }: { area: AreaRef } & Props) {
  return (
    <button type="button" class="link" onClick={() => onGo(area.code)}>
      {areaName(area)}
    </button>
  );
}

const figures: [Figure, Key, Class][] = [
  ["open_incidents", "openIncidents", "restricted"],
  ["households", "households", "public"],
  ["buildings", "buildings", "public"],
  ["units", "units", "public"],
  ["cameras", "cameras", "internal"],
  ["devices", "devices", "internal"],
  ["sites", "sites", "public"],
  ["area_m2", "areaSize", "public"],
];

function FigureGrid({ card }: { card: CardFacts }) {
  const known = figures.filter(([name, , of]) => sees(of) && card.figures?.[name] !== undefined);
  if (known.length === 0) return null; // figures are counted for the basic network
  return (
    <dl class="facts">
      {known.map(([name, key]) => {
        const n = card.figures?.[name] ?? 0;
        return (
          <div key={name} class={name === "open_incidents" && n > 0 ? "abnormal" : ""}>
            <dd>{name === "area_m2" ? areaSize(n) : count(n)}</dd>
            <dt>{t(key)}</dt>
          </div>
        );
      })}
    </dl>
  );
}

/** The posts of the area itself, and below them those up the chain, the nearest first. */
function Posts({ card }: { card: CardFacts }) {
  const above = (card.chain ?? []).filter((area) => area.code !== card.code && area.posts?.length).reverse();
  return (
    <>
      <h3>{t("posts")}</h3>
      {!card.posts?.length && <p class="none">{t("noPosts")}</p>}
      <ul class="posts">
        {card.posts?.map((post) => (
          <PostLine key={post.code} post={post} />
        ))}
        {above.map((area) => (
          <PostLine key={area.code} post={area.posts?.[0] as Post} of={levelName(area)} />
        ))}
      </ul>
    </>
  );
}

function PostLine({ post, of }: { post: Post; of?: string }) {
  const link = postLink(post);
  const name = nameOf(post.name) || post.ref || post.code;
  return (
    <li class={of ? "above" : ""}>
      <span>{of ?? tOr("role", post.role)}</span>
      {link ? (
        <a href={link} target="_blank" rel="noreferrer">
          {name}
        </a>
      ) : (
        <b>{name}</b>
      )}
    </li>
  );
}

/** The post's page in the personnel system, where the data gives a template that is a web address. */
export function postLink({ link, ref = "", code = "" }: Post): string | undefined {
  const filled = link
    ?.replaceAll("{ref}", encodeURIComponent(ref))
    .replaceAll("{code}", encodeURIComponent(code));
  return filled && /^(https?:\/\/|\/)/.test(filled) ? filled : undefined;
}

const childrenAtMost = 60;

/** The areas below: read when asked for, for a district has hundreds. */
function Below({ card, onGo }: { card: CardFacts } & Props) {
  const list = useSignal<AreaRef[] | undefined>(undefined);
  const reading = useRef<AbortController>(undefined);
  const close = () => {
    reading.current?.abort();
    list.value = undefined;
  };
  useEffect(() => close, [card.code]);
  if (!card.children) return null;
  const open = async () => {
    const mine = new AbortController();
    reading.current = mine;
    const areas = await children(card.code, mine.signal).catch(() => undefined);
    if (!mine.signal.aborted) list.value = areas;
  };
  return (
    <>
      <button
        type="button"
        class="below"
        aria-expanded={Boolean(list.value)}
        onClick={() => (list.value ? close() : void open())}
      >
        {t("children")} {count(card.children)}
      </button>
      {list.value && (
        <div class="links">
          {list.value.slice(0, childrenAtMost).map((area) => (
            <AreaLink key={area.code} area={area} onGo={onGo} />
          ))}
          {list.value.length > childrenAtMost && (
            <span class="none">{t("more", { n: list.value.length - childrenAtMost })}</span>
          )}
        </div>
      )}
    </>
  );
}

/** What the service says of the very spot that was clicked, and the grids of other networks there. */
function SpotWords({ spot: { located, failed, hidden, zoomedOut }, onGo }: { spot: Spot } & Props) {
  if (failed) return <p class="none">{t("cardFailed")}</p>;
  if (hidden) return <p class="none">{t("hidden")}</p>;
  if (!located) return null;
  const { grid, owner, others = [], text } = located;
  if (!grid && !owner) return <p class="spot">{t("outside")}</p>;
  return (
    <div class="spot">
      <h3>{t("here")}</h3>
      <p>{nameOf(text)}</p>
      <div class="links">
        {zoomedOut && grid && <AreaLink area={grid} onGo={onGo} />}
        {others.map((area) => (
          <AreaLink key={area.code} area={area} onGo={onGo} />
        ))}
      </div>
    </div>
  );
}

/** The grids of a tower, the highest floor first, as they lie on each other. */
function Tower({ building, onGo }: { building: string } & Props) {
  const list = useSignal<AreaRef[]>([]);
  useEffect(() => {
    const mine = new AbortController();
    children(building, mine.signal)
      .then((all) => {
        list.value = all.toSorted((a, b) => (b.floors?.[0] ?? 0) - (a.floors?.[0] ?? 0));
      })
      .catch(() => {
        if (!mine.signal.aborted) list.value = [];
      });
    return () => mine.abort();
  }, [building]);
  if (list.value.length === 0) return null;
  return (
    <div class="tower">
      <h3>{t("tower")}</h3>
      <ul>
        {list.value.map((area) => (
          <li key={area.code}>
            <button type="button" aria-current={area.code === selected.value} onClick={() => onGo(area.code)}>
              <span>{area.floors && t("floor", { from: area.floors[0], to: area.floors[1] })}</span>
              {areaName(area)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

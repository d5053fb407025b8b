import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type AreaRef, type Card as CardFacts, children, type Figure, type Post } from "../lib/api.ts";
import { areaSize, count, metres } from "../lib/format.ts";
import { type Key, nameOf, t, tOr } from "../lib/i18n.ts";
import { areaName, levelName, networkName } from "../lib/names.ts";
import { cardState } from "../lib/selection.ts";
import { closeCard, type Spot, selected, spot } from "../lib/state.ts";

interface Props {
  onGo: (code: string) => void;
}

/** The grid card: what an area is called, whose it is, what it holds, who is next door. */
export function Card({ onGo }: Props) {
  const shown = cardState.value;
  const at = spot.value;
  if (!shown && !at) return null;
  return (
    <section
      class="card panel"
      aria-label={t("card")}
      onKeyDown={(event) => {
        if (event.key === "Escape") closeCard();
      }}
    >
      <button type="button" class="close" aria-label={t("close")} onClick={closeCard}>
        ×
      </button>
      {shown?.card && shown.code === selected.value && <Facts card={shown.card} onGo={onGo} />}
      {shown?.failed && <p class="none">{t("cardFailed")}</p>}
      {at && <SpotWords spot={at} />}
    </section>
  );
}

function Facts({ card, onGo }: { card: CardFacts } & Props) {
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
      <h3>{t("posts")}</h3>
      <Posts posts={card.posts ?? []} />
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
      {card.edition !== undefined && (
        <p class="foot">
          {t("edition", { id: typeof card.edition === "number" ? card.edition : card.edition.id })}
        </p>
      )}
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

const figures: [Figure, Key][] = [
  ["open_incidents", "openIncidents"],
  ["households", "households"],
  ["buildings", "buildings"],
  ["units", "units"],
  ["cameras", "cameras"],
  ["devices", "devices"],
  ["sites", "sites"],
  ["area_m2", "areaSize"],
];

function FigureGrid({ card }: { card: CardFacts }) {
  const known = figures.filter(([name]) => card.figures?.[name] !== undefined);
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

function Posts({ posts }: { posts: Post[] }) {
  if (posts.length === 0) return <p class="none">{t("noPosts")}</p>;
  return (
    <ul class="posts">
      {posts.map((post, i) => (
        <li key={`${post.role}${i}`}>
          <span>{tOr("role", post.role)}</span> {nameOf(post.name)}
        </li>
      ))}
    </ul>
  );
}

const childrenAtMost = 60;

/** The areas below: read when asked for, for a district has hundreds. */
function Below({ card, onGo }: { card: CardFacts } & Props) {
  const list = useSignal<AreaRef[] | undefined>(undefined);
  useEffect(() => {
    list.value = undefined;
  }, [card.code]);
  if (!card.children) return null;
  const open = async () => {
    list.value = list.value ? undefined : await children(card.code).catch(() => []);
  };
  return (
    <>
      <button type="button" class="below" aria-expanded={Boolean(list.value)} onClick={() => void open()}>
        {t("children")} {count(card.children)}
      </button>
      {list.value && (
        <div class="links">
          {list.value.slice(0, childrenAtMost).map((area) => (
            <AreaLink key={area.code} area={area} onGo={onGo} />
          ))}
        </div>
      )}
    </>
  );
}

/** What the service says of the very spot that was clicked. */
function SpotWords({ spot: { located, failed, zoomedOut } }: { spot: Spot }) {
  if (failed) return <p class="none">{t("cardFailed")}</p>;
  if (!located) return null;
  if (!located.grid && !located.owner) return <p class="spot">{t("outside")}</p>;
  const { border, grid } = located;
  return (
    <p class="spot">
      <b>{t("here")}</b>
      {zoomedOut && grid && <span>{areaName(grid)}</span>}
      {border?.neighbour && (
        <span>{t("border", { m: metres(border.distance_m), name: areaName(border.neighbour) })}</span>
      )}
    </p>
  );
}

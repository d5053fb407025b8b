// Every text of the page, in one table: key → [Chinese, English]. `{n}` and the
// like are filled in by t().
import { signal } from "@preact/signals";

export type Lang = "zh" | "en";

const table = {
  wall: ["指挥大屏", "Command wall"],
  map: ["城市网格地图", "Map of the city's grids"],
  edition: ["第 {id} 版", "Edition {id}"],
  since: ["{date} 起生效", "in force since {date}"],
  fresh: ["数据 {age} 前", "data {age} ago"],
  freshNow: ["数据实时", "data is live"],
  connecting: ["正在连接…", "connecting…"],
  stale: [
    "数据已停止更新 {age}（最后一次 {time}）。画面可能已过时，正在自动重连…",
    "No fresh data for {age} (last at {time}). This picture may be out of date; reconnecting…",
  ],
  staleFirst: ["尚未连上数据服务，正在自动重连…", "Not connected to the data service yet; reconnecting…"],
  behind: [
    "数据服务落后 {age}，画面可能已过时。",
    "The data service is {age} behind; this picture may be out of date.",
  ],
  styleFailed: ["地图样式加载失败，正在重试…", "The map's style could not be loaded; trying again…"],
  noWebgl: ["此浏览器不支持 WebGL 2，无法绘制地图。", "This browser has no WebGL 2 and cannot draw the map."],

  search: ["搜索网格名称或编码", "Search a grid's name or code"],
  noResult: ["没有找到“{q}”", "Nothing found for “{q}”"],
  searchFailed: ["搜索暂不可用", "Search is not available now"],
  grid: ["网格", "Grid"],
  estate: ["小区", "Estate"],
  building: ["楼栋", "Building"],
  site: ["场所", "Site"],

  layers: ["图层", "Layers"],
  home: ["全域", "Whole area"],
  zoomIn: ["放大", "Zoom in"],
  zoomOut: ["缩小", "Zoom out"],
  switchLang: ["English", "中文"],
  close: ["关闭", "Close"],

  "layer.base": ["道路与水系", "Streets and water"],
  "layer.borders": ["网格边界", "Borders"],
  "layer.names": ["网格名称", "Names"],
  "layer.estates": ["小区", "Estates"],
  "layer.buildings": ["楼栋", "Buildings"],
  "layer.sites": ["场所", "Sites"],
  "layer.devices": ["摄像头与传感器", "Cameras and sensors"],
  "layer.views": ["摄像头视域", "Camera views"],
  "layer.exclusive": ["专属网格", "Exclusive grids"],
  "layer.incidents": ["事件", "Incidents"],

  open: ["未办结", "Open"],
  urgent: ["紧急", "Urgent"],
  overdue: ["超期", "Overdue"],
  unplaced: ["无主", "Unplaced"],
  queue: ["事件", "Incidents"],
  calm: ["没有未办结的事件", "No open incidents"],
  grouped: ["{n} 件", "{n} reports"],
  more: ["另有 {n} 个", "{n} more"],
  perArea: ["各{level}未办结", "Open by {level}"],
  area: ["辖区", "area"],
  others: ["其他", "Others"],
  trend: ["近 24 小时上报", "Reports, 24 h"],
  trendBand: ["灰带：前 {n} 天同时段", "grey: range of {n} days"],
  trendSince: ["记录始于 {time}", "on record since {time}"],

  inset: ["最新紧急事件", "Newest urgent incident"],
  seenBy: ["{n} 个摄像头可见", "{n} cameras see it"],
  seenByNone: ["无摄像头可见", "no camera"],

  card: ["网格卡片", "Grid card"],
  posts: ["岗位", "Posts"],
  noPosts: ["未设岗位", "No posts"],
  households: ["户", "households"],
  units: ["单元", "units"],
  buildings: ["楼栋", "buildings"],
  devices: ["设备", "devices"],
  cameras: ["摄像头", "cameras"],
  sites: ["场所", "sites"],
  openIncidents: ["未办结", "open"],
  areaSize: ["面积", "area"],
  children: ["下辖", "holds"],
  neighbours: ["相邻", "Neighbours"],
  floor: ["{from}–{to} 层", "floors {from}–{to}"],
  here: ["此处", "This spot"],
  tower: ["楼内分层网格", "Grids by floor in this tower"],
  outside: ["此处不在辖区内", "This spot is outside the jurisdiction"],
  cardFailed: ["暂时读不到网格信息", "The grid's facts cannot be read now"],
  hidden: ["此处没有可供查看的信息", "There is nothing for you to see here"],

  signIn: ["登录", "Sign in"],
  signInTitle: ["登录 onegrid", "Sign in to onegrid"],
  key: ["密钥", "Key"],
  keyFrom: [
    "密钥由系统管理员发放，以 onegrid_ 开头。",
    "Your administrator gives out keys. They begin with onegrid_.",
  ],
  signingIn: ["正在登录…", "Signing in…"],
  account: ["单位账号", "Organisation account"],
  oidc: ["使用单位账号登录", "Sign in with your organisation's account"],
  "signIn.noKey": ["请输入密钥。", "Enter a key."],
  "signIn.unknown": ["没有这个密钥，请核对后重试。", "There is no such key. Check it and try again."],
  "signIn.revoked": [
    "此密钥已被撤销，请向管理员申请新密钥。",
    "This key was revoked. Ask your administrator for a new one.",
  ],
  "signIn.expired": [
    "此密钥已于 {date} 到期，请向管理员申请新密钥。",
    "This key expired on {date}. Ask your administrator for a new one.",
  ],
  "signIn.limited": ["尝试次数过多，请在 {n} 秒后重试。", "Too many tries. Try again in {n} s."],
  "signIn.sessions": [
    "此密钥的登录数已达上限，请先在别处退出，{n} 秒后重试。",
    "This key is signed in at too many places. Sign out at one, and try again in {n} s.",
  ],
  "signIn.refused": ["服务器拒绝了登录：{detail}", "The server refused the sign-in: {detail}"],
  "signIn.away": [
    "服务暂时无法连接，请稍后重试。",
    "The service cannot be reached now. Try again in a moment.",
  ],
  "why.ended": [
    "此前的登录已失效：已到期、密钥被撤销，或已在别处退出。",
    "The sign-in that was here has ended: it expired, its key was revoked, or somebody signed out of it.",
  ],
  "why.closed": ["系统已启用访问控制，请登录。", "Keys have been made: from now on one has to sign in here."],
  "why.out": ["已退出登录。", "You are signed out."],
  "why.unauthenticated": [
    "单位账号登录未完成或已超时，请重新登录。",
    "The sign-in with your account was not finished, or took too long. Begin again.",
  ],
  "why.denied": [
    "您的单位账号没有进入本系统的权限。请联系管理员开通，或使用密钥登录。",
    "Your account is not let in here. Ask your administrator to admit it, or use a key.",
  ],
  "why.too-many": ["尝试次数过多，请稍后重试。", "Too many tries. Wait a moment and try again."],
  "why.unavailable": [
    "单位账号服务暂时无法连接，请稍后重试，或使用密钥登录。",
    "Your organisation's sign-in cannot be reached now. Try again later, or use a key.",
  ],
  "why.failed": ["登录没有成功，请重试。", "The sign-in did not succeed. Try again."],
  signedIn: ["当前登录：{who}", "You are signed in as {who}"],
  goOn: ["继续", "Continue"],
  signOut: ["退出登录", "Sign out"],
  signOutFailed: ["退出失败，请重试", "Not signed out; try again"],
  open4all: ["未设访问控制 · 仅限本机", "No access control · this machine only"],
  noNeed: [
    "尚未创建任何密钥：本机上的任何人都是管理员，无需登录。",
    "No key was made yet: everybody on this machine is an administrator, and nobody signs in.",
  ],
  keyEnds: ["密钥 {date} 到期，还剩 {n} 天", "Key expires {date}, {n} days left"],
  keyEndsTomorrow: ["密钥明天到期", "Key expires tomorrow"],
  keyEndsToday: ["密钥今天到期", "Key expires today"],

  "as.viewer": ["查看者", "Viewer"],
  "as.wall": ["大屏", "Wall"],
  "as.member": ["网格员", "Member"],
  "as.service": ["业务系统", "Service"],
  "as.operator": ["值班员", "Operator"],
  "as.planner": ["规划员", "Planner"],
  "as.approver": ["审批员", "Approver"],
  "as.admin": ["管理员", "Administrator"],

  "level.district": ["区", "District"],
  "level.street": ["街道", "Street"],
  "level.town": ["镇", "Town"],
  "level.community": ["社区", "Community"],
  "level.village": ["村", "Village"],
  "level.grid": ["网格", "Grid"],
  "level.micro-grid": ["微网格", "Micro-grid"],

  "role.leader": ["网格长", "Leader"],
  "role.member": ["网格员", "Member"],
  "role.police": ["片警", "Police officer"],
  "role.instructor": ["指导员", "Instructor"],
  "role.cadre": ["街道干部", "Street cadre"],
  "role.informant": ["信息员", "Informant"],
  "role.station": ["驿站", "Station"],

  second: ["{n}秒", "{n}s"],
  minute: ["{n}分", "{n}m"],
  hour: ["{n}时", "{n}h"],
  day: ["{n}天", "{n}d"],
} as const satisfies Record<string, readonly [string, string]>;

export type Key = keyof typeof table;

export const lang = signal<Lang>("zh");

/** The text of a key in the page's language, its {places} filled from values. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const text = table[key][lang.value === "zh" ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of a key made of a known prefix and data; the data itself where the table has no such key. */
export function tOr(prefix: string, word: string): string {
  const key = `${prefix}.${word}`;
  return key in table ? t(key as Key) : word;
}

/** A name as the servers write it: a plain string, or texts by language. */
export type Name = string | Record<string, string> | null | undefined;

/** A name in the page's language, else the plain one, else Chinese, English, whichever there is. */
export function nameOf(name: Name): string {
  if (!name) return "";
  if (typeof name === "string") return name;
  return name[lang.value] ?? name[""] ?? name.zh ?? name.en ?? Object.values(name)[0] ?? "";
}

// The service worker: answers for the site while there is no connection.
//
// What it may keep on a device is bounded: this version's own files and pages, 60 visited pages,
// 40 figures, the 5 files of data, and 5 lists of at most 66 pages that were kept on purpose.

const SITE = __SITE__; // filled in where this is served
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const SHELL = `shell-${SITE.version}`;
const DATA = `data-${SITE.version}`;
const PAGES = "pages-v1";
const FIGURES = "figures-v1";
const KEPT = "kept-v1";

/** @type {Record<string, number>} */
const MOST = { [PAGES]: 60, [FIGURES]: 40 };
const MOST_LISTS = 5;
const MOST_OF_LIST = 66;
const AT_ONCE = 4;
const PATIENCE_MS = 4000;

const KEPT_AT = "X-Kept-At";
const TITLE = "X-Kept-Title";
const RELEASE = "X-Release-Id";
const LISTS = "/offline/kept-lists";

// Addresses may begin with a language.
const VISITED = /^(\/[a-z]{2})?\/(users\/[^/]+(\/ratings)?|movies(\/[^/]+)?|list(\/[^/]+)?|both|report|how)$/;
const MOVIE = /^(\/[a-z]{2})?\/movies\/[^/]+$/;
const FOLDS_IN = /^(\/[a-z]{2})?\/(rate|mine|list|list\/.+)$/;
const DOWNLOAD = /\.(csv|json|bin)$/;
const LANGUAGE = new RegExp(`^/(?:${SITE.languages.join("|")})(?=/)`);
const RATE = "/rate";
const MINE = "/mine";
const AWAY = [502, 503, 504]; // what a router says when the site itself does not answer

/** @type {Map<string, string | null>} */
const servedKept = new Map(); // which pages came from the device: client id → since when
/** @type {string | null} */
let newestRelease = null;
/** @type {Promise<unknown>} */
let refreshing = Promise.resolve();

// The life of the worker

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const shell = await caches.open(SHELL);
  const instead = fetchAnew(SITE.offline).then((response) => store(SHELL, SITE.offline, response));
  await Promise.all([shell.addAll(SITE.files), instead]);
  // Without a release these cannot be made; the site must work as far as it can without them.
  await Promise.allSettled(
    SITE.pages.map(async (path) => store(SHELL, path, await fetchAnew(path))),
  );
  const before = await Promise.all(SITE.data.map((path) => caches.match(path)));
  await storeData(SITE.data.filter((_, place) => before[place])).catch(() => {});
}

async function activate() {
  const mine = [SHELL, PAGES, FIGURES, DATA, KEPT];
  const names = await caches.keys();
  const old = names.filter((name) => !mine.includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

// Requests

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== worker.location.origin) return;
  const answer = answerTo(event, url);
  if (answer) event.respondWith(answer);
});

/** @param {FetchEvent} event @param {URL} url */
function answerTo(event, url) {
  const { request } = event;
  const path = url.pathname;
  const isPage = request.mode === "navigate";
  if (request.method !== "GET") return isPage ? passed(url, request) : null;
  if (SITE.files.includes(path) || path.startsWith("/static/")) return file(url, request);
  if (SITE.data.includes(path)) return data(path);
  if (path.startsWith("/figures/") && !isPage) return figure(path, request);
  if (DOWNLOAD.test(path)) return isPage ? passed(url, request) : null;
  return isPage ? page(event, url) : null;
}

/** @param {URL} url @param {Request} request */
async function passed(url, request) {
  try {
    return await fetch(request);
  } catch {
    // The ratings that a visitor wanted to send are on the device too, and make a list there.
    const prefix = prefixOf(url.pathname);
    const isRating = request.method === "POST" && url.pathname === prefix + RATE;
    return isRating ? Response.redirect(prefix + MINE, 303) : insteadOf(url);
  }
}

/** @param {URL} url @param {Request} request */
async function file(url, request) {
  const found = await caches.match(url.pathname, { ignoreVary: true });
  if (found) return found;
  try {
    return await fetch(request);
  } catch {
    // A page kept from another version names its own files; ours of the same name stand in.
    const name = url.pathname.slice(url.pathname.lastIndexOf("/"));
    const ours = SITE.files.find((path) => path.endsWith(name));
    const instead = ours ? await caches.match(ours, { ignoreVary: true }) : null;
    return instead ?? Response.error();
  }
}

/** @param {string} path */
async function data(path) {
  await refreshing;
  const old = await (await caches.open(DATA)).match(path);
  return old ?? storeIfGood(DATA, path, await fetch(path));
}

/** @param {string} path @param {Request} request */
async function figure(path, request) {
  const old = await (await caches.open(FIGURES)).match(path);
  return old ?? storeIfGood(FIGURES, path, await fetch(request));
}

/** @param {FetchEvent} event @param {URL} url */
function page(event, url) {
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((response) => visited(url, response.clone())).catch(() => {}));
  return freshOrKept(fresh, url, event.resultingClientId);
}

/** @param {Promise<Response>} fresh @param {URL} url @param {string} clientId */
async function freshOrKept(fresh, url, clientId) {
  const old = await findPage(url);
  try {
    const response = await (old ? inTime(fresh) : fresh);
    if (!old || !AWAY.includes(response.status)) return response;
  } catch {
    // There is no connection, or a bad one.
  }
  if (!old) return insteadOf(url);
  servedKept.set(clientId, old.headers.get(KEPT_AT));
  return old;
}

/** @param {URL} url */
async function insteadOf(url) {
  const id = url.searchParams.get("id")?.trim() ?? "";
  const prefix = prefixOf(url.pathname);
  const users = `${prefix}/users`;
  if (url.pathname === users && id) return Response.redirect(`${users}/${encodeURIComponent(id)}`);
  return (await caches.match(prefix + SITE.offline)) ?? (await caches.match(SITE.offline)) ?? Response.error();
}

/** @param {Promise<Response>} fresh @returns {Promise<Response>} */
function inTime(fresh) {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error("late")));
  return Promise.race([fresh, late]);
}

/** What an address begins with where it names its language. @param {string} path */
const prefixOf = (path) => LANGUAGE.exec(path)?.[0] ?? "";

/** The address of a page in the browser's language. @param {string} path */
const inBrowsers = (path) => path.slice(prefixOf(path).length);

/** @param {string} path */
const isOfShell = (path) => SITE.pages.includes(inBrowsers(path));

// Pages on the device: each is in one cache, and is refreshed there

/** @param {URL} url */
function keyOf(url) {
  return url.pathname + url.search;
}

/** @param {URL} url */
async function findPage(url) {
  for (const name of [SHELL, KEPT, PAGES]) {
    const found = await (await caches.open(name)).match(keyOf(url));
    if (found) return found;
  }
  // Without what follows the question mark these show less, but nothing wrong; lists arrange themselves.
  const isShell = isOfShell(url.pathname);
  if (!isShell && !MOVIE.test(url.pathname)) return (await caches.open(KEPT)).match(url.pathname);
  const found = await caches.match(url.pathname, { ignoreSearch: true });
  // In another language than it was asked for, where it was not visited in that one.
  return found ?? (isShell ? caches.match(inBrowsers(url.pathname)) : undefined);
}

/**
 * Keeps a page that was visited where it belongs, and looks for news if it is of a newer release.
 * @param {URL} url
 * @param {Response} response
 */
async function visited(url, response) {
  if (!response.ok || response.redirected) return;
  const release = response.headers.get(RELEASE);
  const isNews = release && release !== newestRelease;
  newestRelease = release ?? newestRelease;
  const prefix = prefixOf(url.pathname);
  const isForeign = prefix && !(await caches.match(prefix + SITE.offline));
  if (isNews || isForeign || FOLDS_IN.test(url.pathname)) {
    refreshing = refreshing.then(() => refresh(newestRelease, url.pathname)).catch(() => {});
  }
  const key = keyOf(url);
  if (isOfShell(key)) await store(SHELL, key, response);
  else if (await (await caches.open(KEPT)).match(key)) await storeAgain(url, response);
  else if (VISITED.test(url.pathname)) await store(PAGES, key, response);
  await refreshing;
}

/**
 * Keeps a page again, and what a kept list is arranged of, where that is of another release.
 * @param {URL} url
 * @param {Response} response
 */
async function storeAgain(url, response) {
  await store(KEPT, keyOf(url), response);
  if (MOVIE.test(url.pathname)) return;
  const release = response.headers.get(RELEASE);
  const list = (await keptLists()).find(({ urls }) => urls.includes(url.pathname));
  const rows = list?.urls.filter((path) => path.includes("per_page=")) ?? [];
  const have = await findAll(KEPT, rows);
  const old = rows.filter((_, place) => !isOf(release, have[place]));
  await storeSome(old, release);
}

/** @param {string | null} release @param {string} path */
async function refresh(release, path) {
  const have = await findAll(DATA, SITE.data);
  const wanted = SITE.data.filter((name, place) => have[place] || isWanted(name, path));
  const isComplete = wanted.every((name) => isOf(release, have[SITE.data.indexOf(name)]));
  const isStored = isComplete || (await storeData(wanted, release).catch(() => false));
  if (!isStored) return; // data and pages that show them stay of one release
  const prefix = prefixOf(path);
  const shell = [...SITE.pages, ...(prefix ? SITE.pages.map((each) => prefix + each) : [])];
  const pages = await findAll(SHELL, shell);
  const old = shell.filter((_, place) => !isOf(release, pages[place]));
  if (prefix && !(await caches.match(prefix + SITE.offline))) old.push(prefix + SITE.offline);
  await Promise.allSettled(old.map(async (name) => store(SHELL, name, await fetchAnew(name))));
}

/** @param {string} cacheName @param {string[]} keys */
async function findAll(cacheName, keys) {
  const cache = await caches.open(cacheName);
  return Promise.all(keys.map((key) => cache.match(key)));
}

/** @param {string | null} release @param {Response | undefined} found */
function isOf(release, found) {
  return found?.headers.get(RELEASE) === release;
}

/** @param {string} name @param {string} path */
function isWanted(name, path) {
  if (navigator.connection?.saveData) return false;
  return name.endsWith("titles.json") || FOLDS_IN.test(path);
}

/**
 * Data are of use only together: all are of one release, which may lack some, or stay as they are.
 * @param {string[]} paths
 * @param {string | null} release
 */
async function storeData(paths, release = null) {
  const responses = await Promise.all(paths.map(fetchAnew));
  const found = responses.filter((response) => response.ok);
  const releases = new Set(found.map((response) => response.headers.get(RELEASE) ?? release));
  if (releases.size > 1 || responses.some(({ ok, status }) => !ok && status !== 404)) return false;
  const cache = await caches.open(DATA);
  for (const [place, path] of paths.entries()) {
    if (responses[place].ok) await store(DATA, path, responses[place], release);
    else await cache.delete(path);
  }
  return true;
}

/** @param {string} path */
function fetchAnew(path) {
  return fetch(path, { cache: "no-cache" });
}

/** @param {string} cacheName @param {string} key @param {Response} response */
async function storeIfGood(cacheName, key, response) {
  if (response.ok) await store(cacheName, key, response.clone()).catch(() => {});
  return response;
}

/**
 * @param {string} cacheName
 * @param {string} key
 * @param {Response} response
 * @param {string | null} release
 */
async function store(cacheName, key, response, release = null) {
  if (!response.ok) throw new Error(`${key} answered ${response.status}`);
  const headers = new Headers(response.headers);
  // The body is kept as it is read, not as it was sent.
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  headers.set(KEPT_AT, new Date().toISOString());
  if (release && !headers.has(RELEASE)) headers.set(RELEASE, release);
  const body = await response.blob();
  if (body.type.startsWith("text/html")) {
    const [, title = key] = /<title>([^<]*)/.exec(await body.text()) ?? [];
    headers.set(TITLE, encodeURIComponent(title));
  }
  const cache = await caches.open(cacheName);
  await cache.put(key, new Response(body, { headers }));
  const keys = await cache.keys(); // in the order in which they were put, the latest time
  const surplus = keys.slice(0, Math.max(0, keys.length - (MOST[cacheName] ?? Infinity)));
  await Promise.all(surplus.map((old) => cache.delete(old)));
}

// Lists that are kept on purpose

/** @type {Promise<any>} */
let lastTurn = Promise.resolve();

/** @param {() => Promise<unknown>} task */
function inTurn(task) {
  lastTurn = lastTurn.then(task, task);
  return lastTurn;
}

/** @returns {Promise<KeptList[]>} */
async function keptLists() {
  const index = await (await caches.open(KEPT)).match(LISTS);
  return index ? index.json() : [];
}

/** @param {KeptList[]} lists */
async function writeLists(lists) {
  const used = new Set([LISTS, ...lists.flatMap(({ urls }) => urls)]);
  const cache = await caches.open(KEPT);
  await cache.put(LISTS, new Response(JSON.stringify(lists)));
  for (const request of await cache.keys()) {
    if (!used.has(keyOf(new URL(request.url)))) await cache.delete(request);
  }
}

/**
 * @param {Pick<KeptList, "list" | "title" | "release" | "urls">} wish
 * @param {(progress: { kept: number, of: number }) => void} tell
 */
async function keepList({ list, title, release, urls }, tell) {
  const lists = await keptLists();
  const others = lists.filter((other) => other.list !== list);
  if (others.length >= MOST_LISTS) return { problem: "full" };
  const wanted = [...new Set([list, ...urls])].slice(0, MOST_OF_LIST);
  let n = 0;
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    const stored = await storeSome(wanted.slice(from, from + AT_ONCE), release);
    if (stored < 0) {
      await writeLists(lists);
      return { problem: "moved" };
    }
    n += stored;
    if (n === 0) break; // there is no connection, or no room
    tell({ kept: n, of: wanted.length });
  }
  if (n) await storeData(SITE.data, newestRelease).catch(() => {});
  const found = await findAll(KEPT, wanted);
  const kept = wanted.filter((_, place) => found[place]);
  const at = new Date().toISOString();
  const entry = { list, title, release, at, of: wanted.length, urls: kept };
  await writeLists(n ? [...others, entry] : lists);
  const visits = await caches.open(PAGES);
  await Promise.all(kept.map((url) => visits.delete(url)));
  return n ? entry : { problem: "failed" };
}

/**
 * Keeps pages; gives how many could be, or -1 where one is of another release.
 * @param {string[]} urls
 * @param {string | null} release
 */
async function storeSome(urls, release) {
  const found = await Promise.all(urls.map((url) => fetchAnew(url).catch(() => Response.error())));
  if (found.some((response) => response.ok && !isOf(release, response))) return -1;
  const storing = await Promise.allSettled(urls.map((url, place) => store(KEPT, url, found[place])));
  return storing.filter(({ status }) => status === "fulfilled").length;
}

/** @param {{ list: string }} entry */
async function removeList({ list }) {
  await writeLists((await keptLists()).filter((other) => other.list !== list));
}

async function forget() {
  newestRelease = null; // so that the next visited page fetches the data again
  await Promise.all([PAGES, FIGURES, DATA, KEPT].map((name) => caches.delete(name)));
}

// What pages ask for

/** @type {Record<string, (message: any, client: Client, tell: (progress: object) => void) => unknown>} */
const ANSWERS = {
  UPDATE: () => worker.skipWaiting(),
  SERVED_KEPT: (_, client) => servedKept.get(client.id) ?? null,
  VISITED: (_, client) => {
    const url = new URL(client.url);
    return fetch(keyOf(url)).then((response) => visited(url, response));
  },
  KEEP: (message, _, tell) => inTurn(() => keepList(message, tell)),
  KEPT: async ({ list }) => (await keptLists()).find((each) => each.list === list) ?? null,
  REMOVE: (message) => inTurn(() => removeList(message)),
  FORGET: () => inTurn(forget),
};

worker.addEventListener("message", (event) => {
  const [port] = event.ports;
  const answer = ANSWERS[event.data.ask];
  if (!answer) return;
  const tell = (/** @type {object} */ progress) => port?.postMessage(progress);
  const client = /** @type {Client} */ (event.source);
  const answered = Promise.resolve(answer(event.data, client, tell))
    .catch(() => null)
    .then((given) => port?.postMessage({ done: true, answer: given }));
  event.waitUntil(answered);
});
